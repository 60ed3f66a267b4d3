"""A portal on this machine, with the real one's quirks and failures."""
