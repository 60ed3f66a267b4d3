"""A file as text, by what it holds and not by its name; what cannot be read says what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from matcher.documents.keyword_lists import cells_text, is_table
from matcher.documents.office import office_text
from matcher.documents.pdf_pages import pdf_text
from matcher.documents.plain import markup_text, text_of
from matcher.documents.references import bibtex_text, is_bibtex, is_ris, ris_text
from matcher.documents.refusal import UnreadableError
from matcher.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 50_000_000
"""Of one file; a report with many pictures stays below this."""

MOST_CHARACTERS = 2_000_000
"""Of the text of a file: a long proposal stays below this."""

FEWEST_LETTERS = 3

_WORD = "in Word or LibreOffice, File, Save as, Word document (.docx) or Plain text (.txt); then give the new file."
UNREADABLE = {
    b"\xd0\xcf\x11\xe0": f"a document of an older Word, or locked by a password, which is not read: {_WORD}",
    b"{\\rtf": f"a rich text, which is not read: {_WORD}",
    b"\x89PNG": "a picture, which holds no text.",
    b"\xff\xd8\xff": "a picture, which holds no text.",
    b"GIF8": "a picture, which holds no text.",
    b"\x1f\x8b": "an archive: give the documents in it.",
    b"7z\xbc\xaf": "an archive: give the documents in it.",
}
"""How files begin that are not read, and what to do with them."""

_PDF_HEAD = 1024  # readers look for the mark within so many bytes
_NAMED = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "pptx": "a presentation",
    "xlsx": "a workbook",
    "odt": "an OpenDocument text",
    "odp": "an OpenDocument presentation",
    "ods": "an OpenDocument sheet",
}


def read_document(path: Path) -> str:
    """The text of a file. Raises UsageError for one that holds none, or that cannot be read."""
    data = _bytes_of(path)
    try:
        text = _text(path, data)
    except UnreadableError as error:
        raise UsageError(f"{path} is {error}") from error
    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"{path} holds more than {MOST_CHARACTERS:,} characters: give the part that matters.")
    if sum(map(str.isalpha, text)) < FEWEST_LETTERS:
        raise UsageError(f"{path} holds no words.")
    return text


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path} holds more than {MOST_BYTES:,} bytes: give the part that matters.")
    if not data.strip():
        raise UsageError(f"The text is empty: {path} holds nothing.")
    return data


def _text(path: Path, data: bytes) -> str:
    """Raises UnreadableError that goes on after `FILE is …`."""
    for beginning, what in UNREADABLE.items():
        if data.startswith(beginning):
            raise UnreadableError(what)
    if b"%PDF-" in data[:_PDF_HEAD]:
        return pdf_text(data)
    if data.startswith(b"PK\3\4"):
        return office_text(data)
    suffix = path.suffix.lower().removeprefix(".")
    if suffix in _NAMED:
        raise UnreadableError(
            f"no {suffix.upper()}, though it is named as {_NAMED[suffix]}: save it anew from where it came."
        )
    return _of_text(text_of(data))


def _of_text(text: str) -> str:
    if is_bibtex(text):
        return bibtex_text(text)
    if is_ris(text):
        return ris_text(text)
    if is_table(text):
        return cells_text(text)
    return re.sub(r"https?://\S+", " ", markup_text(text))
