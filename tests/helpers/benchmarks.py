"""A small benchmark folder, and where the real ones are."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from tests.helpers.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

BENCHMARK = SHARED / "benchmark"
with_benchmark = pytest.mark.skipif(not BENCHMARK.is_dir(), reason="../shared/benchmark is not here")

CALLS = [
    {
        "id": "HORIZON-CL4-2027-01-02",
        "title": "Lasers for welding",
        "description": "Expected Outcome: Better seams.\nScope: Fibre lasers.",
        "programme": "Horizon Europe",
        "call_id": "HORIZON-CL4-2027-01",
        "action": "HORIZON-RIA",
        "deadlines": ["2027-09-01", "2027-02-01"],
        "deadline_model": "two-stage",
    },
    {"id": "HORIZON-CL6-2027-03", "title": "Soil water", "description": "", "programme": "Horizon Europe"},
]
PROFILES = [
    {"id": "w", "name": "Written", "keywords": ["laser welding"], "keywords_fr": ["soudage laser"], "description": "x"},
    {"id": "d", "name": "Projects", "country": "FR", "documents": ["1"]},
]
DOCUMENTS = [
    {"id": "1", "title": "Wet soils", "text": "Water.", "keywords": "soil, water", "topic": "T", "date": "2021-05-06"}
]


def write(folder: Path, *, packed: bool = True, qrels: str = "w 0 HORIZON-CL4-2027-01-02 1\n") -> Path:
    for name, lines in (("calls", CALLS), ("profiles", PROFILES), ("documents", DOCUMENTS)):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        if packed:
            (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (folder / f"{name}.jsonl").write_text(text)
    (folder / "qrels.txt").write_text(qrels)
    return folder
