"""The nouns and their rules, frozen, without I/O.

May import: `errors`, `text`. Heavy: nothing. Never: any layer else, any other heavy library.
"""
