"""How a mail speaks: sentences from the catalogues, dates and money as the language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from importlib import resources
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_compact_currency, format_percent

from matcher.model.subscription import Language

if TYPE_CHECKING:
    from datetime import date

DOMAIN = "matcher"


NARROW = "\u202f"


@cache
def catalogue(language: Language) -> GNUTranslations:
    """The compiled catalogue of a language, from the package."""
    path = resources.files("matcher.present").joinpath("locale", language.value, "LC_MESSAGES", f"{DOMAIN}.mo")
    with path.open("rb") as stream:
        return GNUTranslations(stream)


@dataclass(frozen=True, slots=True)
class Words:
    """One language: `say` for a sentence, `say_n` for one that depends on a number, and values.

    Sentences are msgids in English with `{name}` places. Values are put in as they are and never read as sentences.
    """

    language: Language

    def say(self, sentence: str, **values: object) -> str:
        return catalogue(self.language).gettext(sentence).format(**values)

    def say_n(self, one: str, many: str, n: int, **values: object) -> str:
        """The plural form that the language asks for; `{n}` is the number."""
        return catalogue(self.language).ngettext(one, many, n).format(n=n, **values)

    @property
    def _locale(self) -> str:
        return "fr_FR" if self.language is Language.FR else "en_GB"

    def day(self, when: date) -> str:
        """`1er mars 2027`, `1 March 2027`."""
        return self._date(when, "d MMMM y")

    def short_day(self, when: date) -> str:
        """`18 mars`, `18 Mar`: where the year is plain."""
        return self._date(when, "d MMM")

    def weekday(self, when: date) -> str:
        """`jeudi 18 mars 2027`, `Thursday 18 March 2027`."""
        return self._date(when, "EEEE d MMMM y")

    def _date(self, when: date, pattern: str) -> str:
        """The first of a month is `1er` in French, which CLDR's patterns can't say."""
        first = self.language is Language.FR and when.day == 1
        return format_date(when, pattern.replace("d ", "d'er' ") if first else pattern, locale=self._locale)

    def money(self, euros: int) -> str:
        """`3,5 M€`, `€3.5M`: rounded to two decimals of a million, no false precision below."""
        short = format_compact_currency(euros, "EUR", locale=self._locale, fraction_digits=2 if euros >= 10**6 else 0)
        if self.language is Language.EN:
            return short.replace("K", "k")
        return short.replace("\xa0€", "€" if short[-3].isalpha() else f"{NARROW}€").replace("\xa0", NARROW)

    def money_range(self, low: int, high: int) -> str:
        """`4–6 M€`, `€4M–€6M`; one amount where both are the same."""
        first, last = self.money(low), self.money(high)
        if first == last:
            return last
        if self.language is Language.FR and first.partition(NARROW)[2] == last.partition(NARROW)[2]:
            first = first.partition(NARROW)[0]
        return f"{first}–{last}"

    def percent(self, share: float) -> str:
        """`12 %` with the language's own space; what is below one percent shows as one."""
        return format_percent(max(0.01, round(share, 2)), locale=self._locale).replace("\xa0", NARROW)

    def both(self, names: list[str]) -> str:
        """`A, B et C`."""
        return format_list(names, locale=self._locale)
