"""The command line: one module a group of commands, one for output, one for options.

May import: `app`, `config`, `disk`, `documents`, `errors`, `evaluation`, `export`, `logs`, `model`,
`present`, `schedule`, `store`, `text`, `web`. Heavy: nothing. Never: any layer else, any other heavy library.
"""
