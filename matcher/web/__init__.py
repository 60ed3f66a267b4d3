"""What the product knows, as pages in the browser: one module a page, one table of who may see which.

May import: `app`, `config`, `disk`, `errors`, `export`, `logs`, `model`, `present`, `schedule`,
`text`. Heavy: `jinja2`. Never: any layer else, any other heavy library.
"""
