"""What files ask for: one text, or a profile where some of them are lists of keywords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.documents.document_text import read_document
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.text.french import languages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from matcher.documents.document_text import Document


def asked_by(files: Sequence[Path]) -> str | Profile:
    """What to rank for. Raises UsageError for a file that cannot be read."""
    documents = [read_document(file) for file in files]
    if not any(one.keywords for one in documents):
        return "\n\n".join(one.text for one in documents)
    return Profile("", "Your text", tuple(part for one in documents for part in _parts(one)))


def _parts(document: Document) -> Iterator[ProfilePart]:
    """Each keyword as a skill of its own: one beside another says no more than by itself."""
    usual = languages(document.text)[-1]
    for one in document.keywords:
        language = one.language if one.language in {"en", "fr"} else usual
        yield ProfilePart("lab", one.text, one.text, language, weight=one.weight)
    if not document.keywords:
        yield ProfilePart("text", "your text", document.text, usual)
