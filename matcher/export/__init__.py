"""Matches, calls and changes as files for other programs: one module a format."""
