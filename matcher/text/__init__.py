"""Words of a text, English and French; what of a text may be shown, and what must not.

May import: no other layer. Heavy: nothing. Never: any layer else, any other heavy library.
"""
