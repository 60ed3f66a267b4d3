"""What one reader is told on one day (pure), and its page.

May import: `config`, `mail`, `model`, `present`, `store`, `text`. Heavy: `jinja2`. Never: any layer else, any other
heavy library.
"""
