"""A local portal with the real one's quirks, and the tests of everything that talks to it."""
