"""The nouns and their rules, frozen, without I/O."""
