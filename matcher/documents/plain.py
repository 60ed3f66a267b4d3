"""Text files, and texts without their markup."""

from __future__ import annotations

import re
import unicodedata

from matcher.documents.refusal import UnreadableError
from matcher.text.encodings import decoded

_LOOK = 4000
_ODD = 0.02  # share of control characters from which on something is no text


def text_of(data: bytes) -> str:
    """The text of a file. Raises UnreadableError for what is no text."""
    text = decoded(data)
    odd = sum(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f" for c in text[:_LOOK])
    if odd > _ODD * len(text[:_LOOK]):
        raise UnreadableError("no text file: save it as plain text (.txt) or as a PDF first.")
    return text


_HTML = re.compile(r"<(!doctype\s+html|html|head|body|div|p|h[1-6]|table|article|section)\b[^>]*>", re.IGNORECASE)
_SILENT = ["script", "style", "head", "nav", "template", "noscript", "svg"]
_MARKS = (
    (re.compile(r"\A---\n.*?\n---\n", re.DOTALL), ""),  # front matter
    (re.compile(r"```.*?```", re.DOTALL), " "),
    (re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)"), r"\1"),
    (re.compile(r"^[^\S\n]*(#{1,6}|[-*+>])\s+", re.MULTILINE), ""),
    (re.compile(r"[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}"), ""),
    (re.compile(r"^[^\S\n]*\|[^\S\n]*|[^\S\n]*\|[^\S\n]*$", re.MULTILINE), ""),  # the edges of a table
)
_HEADING = re.compile(r"^[^\S\n]*#{1,6}[^\S\n].*$", re.MULTILINE)


def without_headings(text: str) -> str:
    """A Markdown text without what stands above its paragraphs and lists; elsewhere such a line is a remark."""
    return _HEADING.sub("", text)


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
