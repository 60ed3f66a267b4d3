"""Texts, presentations and workbooks of Word and LibreOffice: zips of XML, read within bounds."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Protocol
from xml.parsers import expat

from matcher.documents.refusal import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_BYTES = 60_000_000
"""Of the XML of one document, unpacked."""

MOST_CHARACTERS = 2_000_000
"""Of the text of a file: a long proposal stays below this."""

_MOST_MEMBERS = 20_000
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # other ways take memory as a stranger says
_PARTS = (
    re.compile(r"word/(document|footnotes|endnotes)\.xml"),
    re.compile(r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml"),
    re.compile(r"xl/(sharedStrings|worksheets/sheet\d+)\.xml"),
    re.compile(r"content\.xml"),  # OpenDocument
)
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    expat.ExpatError,
)
"""What a spoilt archive or document raises."""

_LOCKED = 1  # bit of a member's flags
_BLOCKS = frozenset({"p", "h", "si", "row", "table-row"})
_GAPS = frozenset({"br", "tab", "s", "line-break"})


def office_text(data: bytes) -> str:
    """The text of a document, a paragraph a line. Raises UnreadableError that goes on after `FILE is …`."""
    return "\n".join(map(_xml_text, members_of(data, _PARTS).values()))


def members_of(data: bytes, parts: Sequence[re.Pattern[str]]) -> dict[str, bytes]:
    """The XML of these parts of a document, by name, in their order. Raises UnreadableError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS:
                raise UnreadableError("an archive of too many files: give the document alone.")
            telling = sorted(
                (one for one in members if any(p.fullmatch(one.filename) for p in parts)),
                key=lambda one: _in_order(one.filename),
            )
            if not telling:
                raise UnreadableError("an archive, and no document of Word or LibreOffice: give the documents in it.")
            names = [one.filename for one in telling]
            return dict(zip(names, _unpacked(archive, telling), strict=True))
    except UnreadableError:
        raise
    except _DAMAGED as error:
        raise _damaged() from error


def _damaged() -> UnreadableError:
    return UnreadableError("damaged, or no document of Word or LibreOffice: save it anew and try again.")


def _in_order(name: str) -> tuple[str, int]:
    """Slide 2 before slide 10."""
    number = re.search(r"(\d+)\.xml$", name)
    return re.sub(r"\d+", "", name), int(number[1]) if number else 0


def _unpacked(archive: zipfile.ZipFile, members: Iterable[zipfile.ZipInfo]) -> Iterable[bytes]:
    """The XML of each member; what a member claims of its size is not believed."""
    left = MOST_BYTES
    for member in members:
        if member.flag_bits & _LOCKED:
            raise UnreadableError("locked by a password: save it without one.")
        if member.compress_type not in _PACKED:
            raise _damaged()
        with archive.open(member) as stream:
            found = stream.read(left + 1)
        left -= len(found)
        if left < 0:
            raise UnreadableError(
                "too large: more than {most:,} bytes when unpacked; give the part that matters.",
                most=MOST_BYTES,
            )
        yield found


class _Reader:
    """Collects the text of a document: in OOXML what stands in `t`, in OpenDocument what stands in paragraphs."""

    def __init__(self, *, only_runs: bool) -> None:
        self.pieces: list[str] = []
        self._only_runs = only_runs
        self._open = 0

    def start(self, name: str, _attributes: object) -> None:
        if name in _GAPS:
            self.pieces.append(" ")
        self._open += self._tells(name)

    def end(self, name: str) -> None:
        self._open -= self._tells(name)
        if name in _BLOCKS:
            self.pieces.append("\n")

    def text(self, piece: str) -> None:
        if self._open > 0:
            self.pieces.append(piece)

    def _tells(self, name: str) -> bool:
        return name == "t" if self._only_runs else name in {"p", "h"}


def _xml_text(xml: bytes) -> str:
    reader = _Reader(only_runs=b"office:document-content" not in xml[:4000])
    parse(xml, reader)
    lines = "".join(reader.pieces).splitlines()
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


class Events(Protocol):
    """What hears of the elements, by their names without a namespace, and texts of a document, in their order."""

    def start(self, name: str, attributes: dict[str, str], /) -> None: ...

    def end(self, name: str, /) -> None: ...

    def text(self, piece: str, /) -> None: ...


def parse(xml: bytes, reader: Events) -> None:
    """Tell a reader what an XML holds. Raises UnreadableError for what is broken or declares entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: reader.start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: reader.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(xml, True)
    except UnreadableError:
        raise
    except _DAMAGED as error:
        raise _damaged() from error


def _refuse(*_: object) -> None:
    raise UnreadableError("no document of Word or LibreOffice: it declares entities, which none of them does.")
