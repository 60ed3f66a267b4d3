"""The Python API: what the command line answers, as objects that show themselves in a notebook and as pandas frames.

Its public names are those of `import matcher`; nothing of it is loaded before it is used.

May import: `app`, `config`, `errors`, `evaluation`, `model`, `present`, `ranking`, `text`. Heavy: `numpy`, `pandas`,
`scipy`. Never: any layer else, any other heavy library.
"""
