"""What `matcher rank` is held against: the script that a data scientist would write first."""

import json
import sys
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

folder = Path(sys.argv[1])
calls = json.loads((folder / "calls.json").read_text(encoding="utf-8"))
query = (folder / "query.txt").read_text(encoding="utf-8")
vectorizer = TfidfVectorizer()
matrix = vectorizer.fit_transform(f"{call['title']}\n{call['text']}" for call in calls)
scores = cosine_similarity(vectorizer.transform([query]), matrix)[0]
for row in scores.argsort()[::-1][:10]:
    print(f"{scores[row]:.4f}  {calls[row]['id']}")
