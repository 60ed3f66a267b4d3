"""The packaged sample listing: what a newcomer sees when the portal can't be reached on the very first run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample listing with its label.

    `as_of` is the day the calls were listed on the portal, `note` the sentence that says it is a sample, and `rows`
    are rows of the search API (shared shape with a live answer: `portal.parse_row` reads both).
    """

    as_of: date
    note: str
    rows: tuple[dict[str, Any], ...]


def load_sample() -> Sample:
    """Read the packaged `sample.json`, an envelope of the search API with one more key, `sample`.

    Identifiers, titles, dates, money and types of action are those of the portal; the descriptions are short texts
    written for the sample, and rows of Horizon 2020 carry no dates. Raises nothing on an intact installation.
    """
    envelope = json.loads(resources.files("matcher.app").joinpath("sample.json").read_text(encoding="utf-8"))
    label = envelope["sample"]
    return Sample(date.fromisoformat(label["as_of"]), label["note"], tuple(envelope["results"]))
