"""The way in for projects: CORDIS's dumps, their tables and values.

May import: `config`, `errors`, `http`, `model`, `text`. Heavy: `requests`. Never: any layer else, any other heavy
library.
"""
