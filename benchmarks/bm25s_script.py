"""What `matcher rank` is held against: a bm25s script that maps its saved index and answers one query."""

import json
import sys
from pathlib import Path

import bm25s
import Stemmer

folder = Path(sys.argv[1])
retriever = bm25s.BM25.load(folder / "bm25s", mmap=True)
identifiers = json.loads((folder / "identifiers.json").read_text(encoding="utf-8"))
query = (folder / "query.txt").read_text(encoding="utf-8")
tokens = bm25s.tokenize([query], stopwords="en", stemmer=Stemmer.Stemmer("english"), show_progress=False)
found, scores = retriever.retrieve(tokens, k=10, show_progress=False)
for row, score in zip(found[0], scores[0], strict=True):
    print(f"{score:8.2f}  {identifiers[row]}")
