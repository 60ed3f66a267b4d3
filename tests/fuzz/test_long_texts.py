"""A million characters of what makes a pattern begin again at each of them: read in seconds, once it took hours."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from matcher.documents.plain import markup_text
from matcher.documents.references import bibtex_text
from matcher.errors import clipped
from matcher.evaluation.benchmark import split_sections
from matcher.portal.amounts import readiness
from matcher.text.masking import masked
from matcher.text.untrusted import ShortNumbers
from matcher.web.access_log import shown_path
from matcher.web.marking import marked
from tests.helpers.fuzz.harness import deadline

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTH = 1_000_000
SECONDS = 20.0


def numbers(text: str) -> None:
    """A stream of JSON, in the pieces that it arrives in."""
    stream = ShortNumbers(io.BytesIO(text.encode()))
    while stream.read():
        pass


@pytest.mark.parametrize(
    ("read", "again"),
    [
        (masked, "a:/"),
        (masked, "a://b:"),
        (masked, "http://x%"),
        (clipped, "a:/"),
        (lambda text: shown_path({"path": text}), "a:/"),
        (numbers, "1" * 60_000 + "!"),
        (markup_text, "["),
        (markup_text, "[]("),
        (markup_text, "\n"),
        (bibtex_text, "title={"),
        (bibtex_text, 'title="'),
        (lambda text: list(split_sections(text)), "\n"),
        (lambda text: readiness([f"The TRL of projects should {text}"]), "be at least TRL 5 "),
        (lambda text: marked(text, ["-omics", "bio-", "- -"]), "-"),
        (lambda text: marked(text, ["-omics", "bio-", "- -"]), " "),
    ],
)
def test_it_is_read_in_seconds(read: Callable[[str], object], again: str) -> None:
    with deadline(SECONDS):
        read("@ " + again * (LENGTH // len(again)))
