"""What people have as files, as text: recognised by content, read within bounds.

May import: `errors`, `text`. Heavy: nothing. Never: any layer else, any other heavy library.
"""
