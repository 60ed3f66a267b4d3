"""One message and its way: headers, transport, delivery.

May import: `config`, `disk`, `errors`, `model`, `store`, `text`. Heavy: nothing. Never: any layer else, any other
heavy library.
"""
