"""The language of the terminal: English, or French where `--lang` or the locale of the machine asks for it."""

from __future__ import annotations

import os
from copy import copy

import click

from matcher.model.language import Language
from matcher.present.facts import TERMINAL
from matcher.present.words import Words

_ASKED = "matcher.lang"
_FRENCH = Words(Language.FR, terse=True)

LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Variables that name the language of messages, the first that is set wins (POSIX)."""


def keep_language(context: click.Context, _option: click.Parameter, asked: str | None) -> None:
    """Remember the language for the commands below; the locale says it where nobody does."""
    context.meta[_ASKED] = asked or _of_locale()


def _of_locale() -> str:
    named = next((value for name in LOCALES if (value := os.environ.get(name))), "")
    return "fr" if named.casefold().startswith("fr") else "en"


def spoken() -> Words:
    """How facts are said on this terminal."""
    context = click.get_current_context(silent=True)
    return _FRENCH if context is not None and context.meta.get(_ASKED) == "fr" else TERMINAL


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
