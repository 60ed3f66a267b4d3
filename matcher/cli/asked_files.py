"""What files ask for: one text, or a profile where some of them are lists of keywords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.documents.document_text import read_document
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.text.french import languages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from matcher.documents.document_text import Document

    Reading = Callable[[str], str]
    """The language of a text by which of its words are known."""


def asked_by(files: Sequence[Path], reading: Reading) -> str | Profile:
    """What to rank for. Raises UsageError for a file that cannot be read."""
    documents = [read_document(file) for file in files]
    if not any(one.keywords for one in documents):
        return "\n\n".join(one.text for one in documents)
    return Profile("", "Your text", tuple(part for one in documents for part in document_parts(one, reading)))


def document_parts(document: Document, reading: Reading) -> Iterator[ProfilePart]:
    """Each keyword as a skill of its own: one beside another says no more than by itself; other texts as they are."""
    if not document.keywords:
        yield ProfilePart("text", "your text", document.text, languages(document.text)[-1])
        return
    usual = None
    for one in document.keywords:
        if one.language not in {"en", "fr"} and usual is None:
            usual = reading(document.text)  # a list has hardly a word that tells its language by itself
        language = one.language if one.language in {"en", "fr"} else usual
        yield ProfilePart("lab", one.text, one.text, language or "en", weight=one.weight)
