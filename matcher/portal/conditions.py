"""The conditions of a topic: HTML → statements, each under its heading, apart from the documents that are listed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.portal.sections import HTML_LIMIT, plain_line, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WORDS_KEPT = 240
"""Characters of a statement that are kept as the source of a term."""

SENTENCE_LIMIT = 3_000
"""Characters of a sentence that rules read; real ones have fewer, and a pattern takes its time for each."""

DOCUMENTS = "documents"
"""The heading of all that stands below the list of forms, guides and agreements: names of documents, no statements."""

_HEADING = re.compile(r"\d[a-d]?\. [A-Z][^.]{3,90}|General conditions|Specific conditions|Conditions")
_LISTS = re.compile(
    r"(?:Application and evaluation forms?|Call documents?(?: and annexes| submission)?|Additional documents"
    r"|Application form templates?)\b",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(r"\[\[(?:(?!\[\[).)*?\]\]|\[\d{1,3}\]", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.;])\s+(?=[A-Z(‘“•-])|\n+")


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, and the heading that it stands under."""

    heading: str
    words: str


def statements_of_conditions(htmls: Iterable[str]) -> list[Statement]:
    """Every sentence of the conditions, in their order; the names of documents stand under `DOCUMENTS`."""
    found: list[Statement] = []
    heading = "conditions"
    for line in _FOOTNOTE.sub("", plain_text("\n".join(htmls))).split("\n"):
        if _LISTS.match(line):
            heading = DOCUMENTS
        elif _HEADING.fullmatch(line):
            heading = line if line[0].isdigit() else "conditions"
        else:
            found.extend(Statement(heading, words) for words in sentences(line))
    return found


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, without the footnotes within them."""
    for sentence in _SENTENCE_END.split(_FOOTNOTE.sub("", text)):
        if words := " ".join(sentence.split()):
            yield words[:SENTENCE_LIMIT]


_ANCHOR = re.compile(
    r"""<a\b[^<>]{0,500}?\bhref\s*=\s*["'](https://[^"'<>\s]{1,900})["'][^<>]{0,500}>(.{1,300}?)</a>""", re.DOTALL
)
_ASK = re.compile(r"National Contact Points?|Partner Search|Research Enquiry Service", re.IGNORECASE)
_PROGRAMME = re.compile(r"\bWork Programmes?\b(?!.*General (?:Introduction|Annexes))", re.IGNORECASE)
_MORE_THAN_ENOUGH = 8
_MOST_PARTS = 2


def where_to_ask(htmls: Iterable[str]) -> list[tuple[str, str]]:
    """(title, address) of the pages for questions that a topic points at: contact points, partners, work programme.

    General parts of a work programme (introduction, annexes) are not where one asks about a call, and of a list of all
    its parts none says which one the call is of.
    """
    found: dict[str, str] = {}
    programmes: dict[str, str] = {}
    for html in htmls:
        for url, inner in _ANCHOR.findall(html[:HTML_LIMIT]):
            title = plain_line(inner)[:WORDS_KEPT]
            kept = found if _ASK.search(title) else programmes if _PROGRAMME.search(title) else {}
            kept.setdefault(url.replace("&amp;", "&"), title)
    if len(programmes) <= _MOST_PARTS:
        found |= programmes
    return [(title, url) for url, title in found.items()][:_MORE_THAN_ENOUGH]


def shortened(words: str) -> str:
    """A statement as it is kept beside a term."""
    return words if len(words) <= WORDS_KEPT else words[: WORDS_KEPT - 1].rstrip() + "…"
