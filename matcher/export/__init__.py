"""An answer as a file for other programs: one module a format.

May import: `app`, `errors`, `model`, `present`, `text`. Heavy: `pandas`. Never: any layer else, any other heavy
library.
"""
