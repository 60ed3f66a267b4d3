"""What is due (pure), the loop that does it, and its metrics.

May import: `app`, `config`, `disk`, `errors`, `model`, `store`, `text`. Heavy: `apscheduler`. Never: any layer else,
any other heavy library.
"""
