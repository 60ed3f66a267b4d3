"""The encodings that people's machines write texts in."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # it begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOK = 4000


def marked(data: bytes) -> str | None:
    """The encoding that the first bytes of a text name; None where they name none."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def decoded(data: bytes) -> str:
    """A text as its first bytes say, else in UTF-8, UTF-16, or the encoding of older Windows; it never fails."""
    encoding = marked(data) or _wide(data[:_LOOK])
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        return data.decode(encoding or "cp1252", errors="replace")


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    for encoding, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = data[first::2]
        if len(zeros) > 1 and zeros.count(0) > 0.8 * len(zeros) and data[1 - first :: 2].count(0) < 0.1 * len(zeros):
            return encoding
    return None
