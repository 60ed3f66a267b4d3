"""Facts in words, JSON and frame shapes, templates, catalogues, calendars: what is shown, wherever it is.

May import: `config`, `model`, `text`. Heavy: `jinja2` and `pandas`. Never: any layer else, any other heavy
library.
"""
