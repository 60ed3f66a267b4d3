"""The way in for calls: the EU Funding & Tenders Portal's search API, its archive file and its topic files.

What the portal really does is described in PROTOCOL.md; each module here deals with one of its habits.

May import: `config`, `errors`, `http`, `model`, `text`. Heavy: `requests`. Never: any layer else, any other heavy
library.
"""
