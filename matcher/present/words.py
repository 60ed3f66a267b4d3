"""How facts are said: sentences from the catalogues, dates and money as the language writes them.

Babel is loaded where it is needed: a question that is answered on a terminal in English does without.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.model.day import BRUSSELS
from matcher.model.frozen import dataclass
from matcher.model.language import Language
from matcher.model.parts import Part

if TYPE_CHECKING:
    from matcher.text.saying import Saying

DOMAIN = "matcher"

NARROW = "\u202f"

_LOCALES = Path(__file__).with_name("locale")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def catalogue_folder() -> str:
    """Where the catalogues of all languages are."""
    return str(_LOCALES)


@cache
def catalogue(language: Language) -> GNUTranslations:
    """The compiled catalogue of a language, from the package."""
    with (_LOCALES / language.value / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as stream:
        return GNUTranslations(stream)


class _French:
    """A number whose `{:,}` and `{:,.1f}` are as French has them; `{:,}` keeps the point, as settings are typed."""

    __slots__ = ("_number",)

    def __init__(self, number: float) -> None:
        self._number = number

    def __format__(self, spec: str) -> str:
        said = format(self._number, spec)
        if "," not in spec:
            return said
        grouped = said.replace(",", NARROW)
        return grouped.replace(".", ",") if "." in spec else grouped

    def __str__(self) -> str:
        return str(self._number)

    __repr__ = __str__


@dataclass(frozen=True, slots=True)
class Words:
    """One language: `say` for a sentence, `say_n` for one that depends on a number, and values.

    Sentences are msgids in English with `{name}` places. Values are put in as they are and never read as sentences.
    """

    language: Language
    terse: bool = False  # dates and amounts are short, for lines and columns: `18 Mar 2027`, `17.5 M€`

    def say(self, sentence: str, **values: object) -> str:
        return catalogue(self.language).gettext(sentence).format(**self._all_shown(values))

    def tell(self, saying: Saying) -> str:
        """A sentence that was kept apart from its values."""
        return saying.said(catalogue(self.language).gettext, self._shown)

    def say_n(self, one: str, many: str, n: int, **values: object) -> str:
        """The plural form that the language asks for; `{n}` is the number."""
        return catalogue(self.language).ngettext(one, many, n).format(**self._all_shown({**values, "n": n}))

    def _all_shown(self, values: dict[str, object]) -> dict[str, object]:
        return {name: self._shown(value) for name, value in values.items()}

    def _shown(self, value: object) -> object:
        if isinstance(value, Part):
            return value.name_in(self.language)
        return _French(value) if self.language is Language.FR and isinstance(value, int | float) else value

    @property
    def _locale(self) -> str:
        return "fr_FR" if self.language is Language.FR else "en_GB"

    def day(self, when: date) -> str:
        """`1er mars 2027`, `1 March 2027`; terse `1 Mar 2027`."""
        if self.terse and self.language is Language.EN:
            return f"{when.day} {_MONTHS[when.month - 1]} {when.year:04d}"
        return self._date(when, "d MMM y" if self.terse else "d MMMM y")

    def moment(self, when: datetime) -> str:
        """The day and the minute, of Brussels."""
        local = when.astimezone(BRUSSELS)
        return f"{self.day(local.date())}, {local:%H:%M}"

    def short_day(self, when: date) -> str:
        """`18 mars`, `18 Mar`: where the year is plain."""
        return self._date(when, "d MMM")

    def month(self, when: date) -> str:
        """`mars 2027`, `Mar 2027`: a heading of little room."""
        return self._date(when, "MMM y")

    def weekday(self, when: date) -> str:
        """`jeudi 18 mars 2027`, `Thursday 18 March 2027`."""
        return self._date(when, "EEEE d MMMM y")

    def weekday_name(self, weekday: int) -> str:
        """`jeudi`, `Thursday`; 0 is Monday."""
        return self._date(date(2024, 1, 1 + weekday), "EEEE")  # which began on a Monday

    def _date(self, when: date, pattern: str) -> str:
        """The first of a month is `1er` in French, which CLDR's patterns can't say."""
        from babel.dates import format_date

        first = self.language is Language.FR and when.day == 1
        return format_date(when, pattern.replace("d ", "d'er' ") if first else pattern, locale=self._locale)

    def money(self, euros: float) -> str:
        """`3,5 M€`, `€3.5M`, terse `3.5 M€`: rounded to two decimals of a million, no false precision below."""
        if self.terse:
            return self._short_money(euros)
        from babel.numbers import format_compact_currency

        short = format_compact_currency(euros, "EUR", locale=self._locale, fraction_digits=2 if euros >= 10**6 else 0)
        if self.language is Language.EN:
            return short.replace("K", "k")
        return short.replace("\xa0€", "€" if short[-3].isalpha() else f"{NARROW}€").replace("\xa0", NARROW)

    def _short_money(self, euros: float) -> str:
        if euros >= 999_500:  # what would round to 1,000 k€
            amount = f"{euros / 1_000_000:,.2f}".rstrip("0").rstrip(".").replace(",", " ")
            return f"{amount.replace('.', ',') if self.language is Language.FR else amount} M€"
        return f"{euros / 1_000:,.0f} k€" if euros >= 1_000 else f"{euros:.0f} €"

    def money_range(self, low: int, high: int) -> str:
        """`4–6 M€`, `€4M–€6M`; one amount where both are the same."""
        first, last = self.money(low), self.money(high)
        if low == high if self.terse else first == last:
            return last
        if self.terse:
            return f"{first.removesuffix(' M€')}–{last}"
        if self.language is Language.FR and first.partition(NARROW)[2] == last.partition(NARROW)[2]:
            first = first.partition(NARROW)[0]
        return f"{first}–{last}"

    def percent(self, share: float, digits: int = 0) -> str:
        """`12 %`, `2,7 %` with the language's own space; what is below the least that is shown shows as that."""
        from babel.numbers import format_percent

        shown = max(10.0 ** -(digits + 2), round(share, digits + 2))
        return format_percent(shown, locale=self._locale, decimal_quantization=False).replace("\xa0", NARROW)

    def both(self, names: list[str]) -> str:
        """`A, B et C`."""
        from babel.lists import format_list

        return format_list(names, locale=self._locale)
