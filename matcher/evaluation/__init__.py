"""How good the ranking is: benchmark folders, measures, rankers, what is learned.

May import: `config`, `errors`, `model`, `ranking`, `text`. Heavy: `numpy`, `scipy`, `sklearn`. Never: any layer else,
any other heavy library.
"""
