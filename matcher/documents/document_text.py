"""A file as text, by what it holds and not by its name; what cannot be read says what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.documents.keyword_lists import Keyword, are_keywords, keywords_of, rows_of
from matcher.documents.office import MOST_CHARACTERS, office_text
from matcher.documents.pdf_pages import pdf_text
from matcher.documents.plain import markup_text, text_of, without_headings
from matcher.documents.references import bibtex_text, is_bibtex, is_ris, ris_text
from matcher.documents.refusal import UnreadableError
from matcher.documents.sheets import sheet_rows
from matcher.errors import UsageError, system_reason
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.documents.keyword_lists import Rows

MOST_BYTES = 50_000_000
"""Of one file; a report with many pictures stays below this."""

FEWEST_LETTERS = 3

_SAVE_AS = Saying(
    "in Word or LibreOffice, File, Save as, Word document (.docx) or Plain text (.txt); then give the new file."
)
_PICTURE = Saying("a picture, which holds no text: have its text recognised (OCR) first.")
UNREADABLE = {
    b"\xd0\xcf\x11\xe0": Saying(
        "a document of an older Word, or locked by a password, which is not read: {how}", how=_SAVE_AS
    ),
    b"{\\rtf": Saying("a rich text, which is not read: {how}", how=_SAVE_AS),
    **dict.fromkeys((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF"), _PICTURE),
    b"\x1f\x8b": Saying("an archive: give the documents in it."),
    b"7z\xbc\xaf": Saying("an archive: give the documents in it."),
}
"""How files begin that are not read, and what to do with them."""

_PDF_HEAD = 1024  # readers look for the mark within so many bytes
_NAMED = {
    "pdf": Saying("a PDF"),
    "docx": Saying("a Word document"),
    "pptx": Saying("a presentation"),
    "xlsx": Saying("a workbook"),
    "odt": Saying("an OpenDocument text"),
    "odp": Saying("an OpenDocument presentation"),
    "ods": Saying("an OpenDocument sheet"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says; `keywords` where it is a list of them, which stand in the text a line each."""

    text: str
    keywords: tuple[Keyword, ...] = ()


def read_document(path: Path) -> Document:
    """What a file says. Raises UsageError for one that holds no text, or that cannot be read."""
    data = _bytes_of(path)
    try:
        found = _document(path, data)
    except UnreadableError as error:
        raise UsageError("{path} is {what}", path=path, what=error.saying) from error
    if len(found.text) > MOST_CHARACTERS:
        raise UsageError(
            "{path} holds more than {most:,} characters: give the part that matters.",
            path=path,
            most=MOST_CHARACTERS,
        )
    if sum(map(str.isalpha, found.text)) < FEWEST_LETTERS:
        raise UsageError("{path} holds no words.", path=path)
    return found


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError("{path} cannot be read: {reason}.", path=path, reason=system_reason(error)) from error
    if len(data) > MOST_BYTES:
        raise UsageError(
            "{path} holds more than {most:,} bytes: give the part that matters.", path=path, most=MOST_BYTES
        )
    if not data.strip():
        raise UsageError("The text is empty: {path} holds nothing.", path=path)
    return data


def _document(path: Path, data: bytes) -> Document:
    """Raises UnreadableError that goes on after `FILE is …`."""
    for beginning, what in UNREADABLE.items():
        if data.startswith(beginning):
            raise UnreadableError(what)
    if b"%PDF-" in data[:_PDF_HEAD]:
        return Document(pdf_text(data))
    if data.startswith(b"PK\3\4"):
        return _listed(sheet_rows(data)) or Document(office_text(data))
    suffix = path.suffix.lower().removeprefix(".")
    if suffix in _NAMED:
        raise UnreadableError(
            "no {upper}, though it is named as {named}: save it anew from where it came.",
            upper=suffix.upper(),
            named=_NAMED[suffix],
        )
    text = text_of(data)
    if is_bibtex(text):
        return Document(bibtex_text(text))
    if is_ris(text):
        return Document(ris_text(text))
    return _listed(rows_of(markup_text(without_headings(text)))) or Document(_of_text(text))


def _listed(rows: Rows | None) -> Document | None:
    """A list of keywords; None where the rows are none, or hold none."""
    found = keywords_of(rows) if rows and are_keywords(rows) else ()
    return Document("\n".join(one.text for one in found), found) if found else None


def _of_text(text: str) -> str:
    return re.sub(r"https?://\S+", " ", markup_text(text))
