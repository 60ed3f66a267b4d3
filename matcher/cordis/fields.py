"""Values of CORDIS's tables as they really are: two ways to write an amount or a day, remains of older encodings."""

from __future__ import annotations

import codecs
import html
import math
import re
from datetime import date
from functools import lru_cache

from matcher.text.untrusted import text

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4})")
_MOJIBAKE = re.compile("[ÂÃ][\u0080-\u00bf]|â€|â\u0080")
_QUOTED_TWICE = re.compile(r'"((?:[^"]|"")+)"\s*')
_PIC = re.compile(r"[0-9]{5,10}")

LONGEST = 20_000
"""Characters kept of an objective: the longest real one has about 2,000."""

MOST_EUR = 1e12
"""No project costs more; a larger amount is a mistake."""


def decode_rest(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are read as Windows-1252, which older rows were written in (a codec error handler)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    rest = error.object[error.start : error.end]
    return rest.decode("cp1252", "replace"), error.end


WINDOWS_1252 = "matcher.windows1252"
"""Name of the codec error handler `decode_rest`."""

codecs.register_error(WINDOWS_1252, decode_rest)


NOTHING = "<NA>"
"""What stands in some dumps where nothing is known."""


def line(value: str, limit: int = 1_000) -> str:
    """One line of text: entities decoded, text that was decoded as Windows-1252 by mistake put right."""
    value = _unquoted(value)
    if len(value) <= limit and value.isascii() and value.isprintable() and "&" not in value:  # as nearly all are
        found = " ".join(value.split())
    else:
        found = text(_repaired(html.unescape(value)), limit)
    return "" if found == NOTHING else found


@lru_cache(4_096)
def code(value: str, limit: int = 100) -> str:
    """A line that stands in many rows: a number, a role, a country, a scheme."""
    return line(value, limit)


def paragraph(value: str) -> str:
    """A running text; line breaks stay, as no pair of words spans two of them."""
    whole = _repaired(html.unescape(_unquoted(value)[:LONGEST]))
    return "\n".join(kept for part in whole.splitlines() if (kept := text(part, LONGEST)))


def amount(value: str) -> float | None:
    """Euros of `1496205`, `1.496.205,50`, `1496205,5`; None for an empty field. Raises ValueError."""
    found = "".join(value.split())
    if not found:
        return None
    if "," in found:
        found = found.replace(".", "").replace(",", ".")
    number = float(found)
    if not math.isfinite(number) or not 0 <= number <= MOST_EUR:
        raise ValueError(f"no amount: {value!r:.40}")
    return number


def day(value: str) -> date | None:
    """The day of `2022-01-25`, `2022-01-25 18:02:09`, `25/01/2022`; None for an empty field. Raises ValueError."""
    found = value.strip()
    if not found:
        return None
    match = _DAY.match(found)
    if match is None:
        raise ValueError(f"no day: {value!r:.40}")
    year, month, of_month, day_first, month_second, year_last = match.groups()
    if year:
        return date(int(year), int(month), int(of_month))
    return date(int(year_last), int(month_second), int(day_first))


def pic(value: str) -> str:
    """A participant identification code; empty where the field holds none."""
    found = value.strip()
    return found if _PIC.fullmatch(found) else ""


def truth(value: str) -> bool | None:
    """True, False, or None where a field says neither."""
    found = value.strip().casefold()
    return True if found in {"true", "1", "yes", "y"} else False if found in {"false", "0", "no", "n"} else None


def _unquoted(value: str) -> str:
    """A text that was put in quotes twice, those within it doubled, as it is; one that is quoted plainly stays."""
    if not value.startswith('"') or (twice := _QUOTED_TWICE.fullmatch(value)) is None:
        return value
    return twice[1].replace('""', '"') if '""' in twice[1] else value


def _repaired(value: str) -> str:
    """UTF-8 that was read as Windows-1252 once (`Ã©`) becomes what it was; anything else stays."""
    if value.isascii() or not _MOJIBAKE.search(value):
        return value
    try:
        return value.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return value
