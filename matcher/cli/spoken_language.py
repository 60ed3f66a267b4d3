"""The language of the terminal: English, or French where `--lang` or the locale of the machine asks for it."""

from __future__ import annotations

import gettext
import os
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from matcher.errors import clipped
from matcher.model.language import Language
from matcher.present.facts import TERMINAL
from matcher.present.words import DOMAIN, Words, catalogue_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matcher.errors import MatcherError

_FRENCH = Words(Language.FR, terse=True)
_spoken = ContextVar("spoken", default=TERMINAL)

LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Variables that name the language of messages, the first that is set wins (POSIX)."""


@contextmanager
def speaking(arguments: Sequence[str]) -> Iterator[None]:
    """The language of a command: as `--lang` says, which is read ahead as mistakes before it are told too, else the
    locale.
    """
    if (_asked(arguments) or _of_locale()) != "fr":
        yield
        return
    token = _spoken.set(_FRENCH)
    try:
        with _click_speaks("fr"):
            yield
    finally:
        _spoken.reset(token)


def _asked(arguments: Sequence[str]) -> str | None:
    named = [word.partition("=")[2] for word in arguments if word.startswith("--lang=")]
    named += [value for option, value in pairwise(arguments) if option == "--lang"]
    return next((value for value in named if value in set(Language)), None)


def _of_locale() -> str:
    named = next((value for name in LOCALES if (value := os.environ.get(name))), "")
    return "fr" if named.casefold().startswith("fr") else "en"


@contextmanager
def _click_speaks(language: str) -> Iterator[None]:
    """Usage, help and refusals of click from the same catalogues; it asks `gettext` for them, which goes by this."""
    before, domain = os.environ.get("LANGUAGE"), gettext.textdomain()
    gettext.bindtextdomain(DOMAIN, catalogue_folder())
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


def spoken() -> Words:
    """How facts are said on this terminal."""
    return _spoken.get()


def told(error: MatcherError) -> str:
    """What an error says, in the language of the terminal."""
    return clipped(spoken().tell(error.saying))


def tr(sentence: str, **values: object) -> str:
    """A sentence of the catalogues in the language of the terminal."""
    return spoken().say(sentence, **values)


def tr_n(one: str, many: str, n: int, **values: object) -> str:
    """A sentence that depends on a number, which stands in it as `{n}`."""
    return spoken().say_n(one, many, n, **values)


def with_spoken_help(command: click.Command) -> click.Command:
    """The same command with its help in French, where that is asked for; what has no translation stays in English."""
    if spoken() is TERMINAL:
        return command
    made = copy(command)
    made.help, made.short_help = _known(made.help), _known(made.short_help)
    made.params = [copy(one) for one in made.params]
    for option in made.params:
        if isinstance(option, click.Option):
            option.help = _known(option.help)
    if isinstance(made, click.Group):
        made.commands = {name: with_spoken_help(below) for name, below in made.commands.items()}
    return made


def _known(text: str | None) -> str | None:
    if not text or "{" in text:
        return text
    one_line = " ".join(text.split())
    said = tr(one_line)
    return text if said == one_line else said
