"""What people edit, and every mistake in it at once.

May import: `disk`, `errors`, `model`, `text`. Heavy: `pydantic`. Never: any layer else, any other heavy
library.
"""
