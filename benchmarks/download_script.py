"""The bare download that a fetch is held against: the same pages, one after the other, and nothing done with them.

`python download_script.py SEARCH_BASE PAGES REQUESTS`: pages 1 to PAGES of the listing, again and again until REQUESTS.
"""

from __future__ import annotations

import json
import sys

import requests


def main() -> None:
    base, pages, wanted = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    query = {"bool": {"must": [{"terms": {"type": ["1"]}}, {"terms": {"status": ["31094501", "31094502"]}}]}}
    parts = {"query": query, "languages": ["en"], "sort": {"field": "identifier", "order": "ASC"}}
    files = {name: ("blob", json.dumps(value), "application/json") for name, value in parts.items()}
    read = 0
    with requests.Session() as session:
        for number in range(wanted):
            asked = {"apiKey": "SEDIA", "text": "***", "pageSize": "100", "pageNumber": str(number % pages + 1)}
            answer = session.post(f"{base}/search", params=asked, files=files, timeout=60)
            answer.raise_for_status()
            read += len(answer.content)
    print(read)


if __name__ == "__main__":
    main()
