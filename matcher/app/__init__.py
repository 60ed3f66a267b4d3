"""Questions that read, work that writes: the home folder, the index in use, the daily job, mailing, the doctor.

May import: `config`, `cordis`, `digest`, `disk`, `errors`, `http`, `mail`, `model`, `portal`, `present`,
`ranking`, `store`, `text`. Heavy: nothing. Never: any layer else, any other heavy library.
"""
