"""Scoring calls against skill profiles: fit an index, save it, query it, explain what came out.

May import: `config`, `disk`, `errors`, `model`, `text`. Heavy: `joblib`, `numpy`, `scipy`,
`sklearn`. Never: any layer else, any other heavy library.
"""
