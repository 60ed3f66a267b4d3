"""Text in the encodings that people's machines write, and without its markup."""

from __future__ import annotations

import codecs
import re
import unicodedata

from matcher.documents.refusal import UnreadableError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # it begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOK = 4000
_ODD = 0.02  # share of control characters from which on something is no text


def decoded(data: bytes) -> str:
    """The text of a file: as its first bytes say, else UTF-8, UTF-16, or the encoding of older Windows.

    Raises UnreadableError for what is no text.
    """
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None) or _wide(data[:_LOOK])
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        text = data.decode(encoding or "cp1252", errors="replace")
    odd = sum(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f" for c in text[:_LOOK])
    if odd > _ODD * len(text[:_LOOK]):
        raise UnreadableError("no text file: save it as plain text (.txt) or as a PDF first.")
    return text


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    for encoding, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = data[first::2]
        if len(zeros) > 1 and zeros.count(0) > 0.8 * len(zeros) and data[1 - first :: 2].count(0) < 0.1 * len(zeros):
            return encoding
    return None


_HTML = re.compile(r"<(!doctype\s+html|html|head|body|div|p|h[1-6]|table|article|section)\b[^>]*>", re.IGNORECASE)
_SILENT = ["script", "style", "head", "nav", "template", "noscript", "svg"]
_MARKS = (
    (re.compile(r"\A---\n.*?\n---\n", re.DOTALL), ""),  # front matter
    (re.compile(r"```.*?```", re.DOTALL), " "),
    (re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"^\s*(#{1,6}|[-*+>])\s+", re.MULTILINE), ""),
    (re.compile(r"[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}"), ""),
)


def markup_text(text: str) -> str:
    """A text without what lays it out, in HTML or Markdown."""
    if len(_HTML.findall(text[:_LOOK])) > 1 or _HTML.match(text.lstrip()[:200]):
        return _html_text(text)
    for pattern, instead in _MARKS:
        text = pattern.sub(instead, text)
    return text


def _html_text(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(text)
    page.strip_tags(_SILENT)
    lines = (page.body.text(separator="\n") if page.body else "").splitlines()
    return "\n".join(line for line in map(str.strip, lines) if line)
