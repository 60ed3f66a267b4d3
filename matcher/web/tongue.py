"""In which language a page is told: by the reader's choice, else as the browser asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.language import Language
from matcher.present.words import Words

if TYPE_CHECKING:
    from starlette.requests import Request

CHOICE = "matcher_language"
"""The cookie that keeps the reader's choice."""

_KNOWN = {language.value: language for language in Language}
_MOST = 20  # languages of a header that are looked at


def words_for(request: Request) -> Words:
    """How facts are said to who asks."""
    chosen = _KNOWN.get(request.cookies.get(CHOICE, ""))
    return Words(chosen or preferred(request.headers.get("accept-language", "")))


def preferred(header: str) -> Language:
    """The language of ours that an Accept-Language header asks for first; English where it asks for neither."""
    best, weight = Language.EN, 0.0
    for part in header.split(",")[:_MOST]:
        tag, _, parameters = part.partition(";")
        found = _KNOWN.get(tag.strip().partition("-")[0].casefold())
        asked = _weight(parameters)
        if found is not None and asked > weight:
            best, weight = found, asked
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
