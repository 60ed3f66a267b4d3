"""HTML of a call's description → plain-text sections.

The portal marks a section's heading with the class `topicdescriptionkind`; a heading that reads `null` stands
above the conditions of a topic, often the sentence on its TRL (PROTOCOL.md, `descriptionByte`).
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from matcher.model.call import SECTION_DESCRIPTION, Section
from matcher.portal.values import one_line
from matcher.text.untrusted import unturned

SECTION_CONDITIONS = "Conditions"
SECTION_LIMIT = 400_000
"""Characters of one section that are kept."""

HTML_LIMIT = 2_000_000
"""Characters of one HTML text that are read."""
MOST_TAGS = 10_000
"""Tags of one HTML text; one with more is read without any of them. Real ones have up to 736."""
DEPTH_LIMIT = 400
"""Elements within one another; a text with more is read without its tags. Real ones have up to 9."""
MOST_FORMATTING = 300_000
"""Formatting tags times tags: a parser repeats every open <b> in every new paragraph, which makes millions of few."""

_HEADING_CLASS = "topicdescriptionkind"
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "object", "head", "-comment"})
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(
    r"""<(/?)([a-zA-Z][a-zA-Z0-9]*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>"""  # a whole tag: slash, name, attributes
    r"|<[/a-zA-Z][^<>]*+>?"  # a broken one
)
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "embed", "source", "track", "wbr"}
)
_UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def sections(html: str) -> tuple[Section, ...]:
    """The sections of a description in their order; text before any heading is the `Description`."""
    names = [SECTION_DESCRIPTION]
    texts: list[list[str]] = [[]]
    for piece in _pieces(html):
        if isinstance(piece, LexborNode):
            names.append(_name(_text_of(piece)))
            texts.append([])
        else:
            texts[-1].append(piece)
    found = ((name, _tidy(text)) for name, text in zip(names, texts, strict=True))
    return tuple(Section(name, text) for name, text in found if text)


def plain_text(html: str) -> str:
    """All text of an HTML fragment, one line per block."""
    return _tidy([piece for piece in _pieces(html, headings=False) if isinstance(piece, str)])


def plain_line(text: str) -> str:
    """A title or label on one line, without the HTML that some of them carry."""
    return one_line(plain_text(text) if "<" in text or "&" in text else text)


def _pieces(html: str, *, headings: bool = True) -> list[str | LexborNode]:
    """Text pieces in reading order, line breaks around blocks; heading elements as they are."""
    body = LexborHTMLParser(_parseable(html)).body
    pieces: list[str | LexborNode] = []
    stack: list[LexborNode | str] = [body] if body is not None else []
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
        elif item.tag == "-text":
            pieces.append(item.text_content or "")
        elif item.tag in _SILENT:
            continue
        elif headings and _is_heading(item):
            pieces.append(item)
        else:
            children: list[LexborNode | str] = list(item.iter(include_text=True))
            edge: list[LexborNode | str] = ["\n"] if item.tag in _BLOCKS else []
            stack.extend(reversed([*edge, *children, *edge]))
    return pieces


def _is_heading(node: LexborNode) -> bool:
    return _HEADING_CLASS in (node.attributes.get("class") or "").split()


def _text_of(node: LexborNode) -> str:
    return node.text(deep=True, separator=" ") or ""


def _name(heading: str) -> str:
    name = one_line(heading, 200).rstrip(": ")
    if name.lower() in {"", "null"}:
        return SECTION_CONDITIONS
    return name.split(" - ", 1)[0] if name.startswith("Technology Readiness Level") else name


def _tidy(pieces: list[str]) -> str:
    text = unturned("".join(pieces))  # some come as entities
    text = _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()
    return text[:SECTION_LIMIT].rstrip()


def _parseable(html: str) -> str:
    """Text that the parser takes in little time and memory, whatever its author meant.

    Attributes go but the class of a heading, comments go; where tags are too many or nested too deep all of them go.
    """
    text = _COMMENT.sub("", _UNUSABLE.sub("", html[:HTML_LIMIT]))
    tags = [(match[1], match[2].lower()) for match in _TAG.finditer(text) if match[2]]
    if len(tags) > MOST_TAGS or _depth(tags) > DEPTH_LIMIT:
        return _TAG.sub(" ", text)
    formatting = sum(name in _FORMATTING for slash, name in tags if not slash)
    dropped = _FORMATTING if formatting * len(tags) > MOST_FORMATTING else frozenset[str]()
    return _TAG.sub(lambda match: _bare(match, dropped), text)


def _bare(tag: re.Match[str], dropped: frozenset[str]) -> str:
    """A tag without its attributes; nothing for a dropped one, a space for a broken one."""
    if not tag[2]:
        return " "
    name = tag[2].lower()
    if name in dropped:
        return ""
    kind = f' class="{_HEADING_CLASS}"' if not tag[1] and _HEADING_CLASS in tag[3] else ""
    return f"<{tag[1]}{name}{kind}>"


def _depth(tags: list[tuple[str, str]]) -> int:
    depth = deepest = 0
    for slash, name in tags:
        if name not in _VOID:
            depth = max(0, depth - 1) if slash else depth + 1
            deepest = max(deepest, depth)
    return deepest
