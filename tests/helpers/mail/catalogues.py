"""The message catalogues and their sentences: `python -m tests.helpers.mail.catalogues` brings them up to date."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import click
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from matcher.cli.main import COMMANDS, cli
from matcher.present.facts import GROUP_TITLES
from tests.helpers.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MATCHER = ROOT / "matcher"
LANGUAGES = ("fr", "en")
KEYWORDS = {"say": None, "say_n": (1, 2)}
TERMINAL = {"tr": None, "tr_n": (1, 2)}
"""What the command line says, in the modules of people who look for calls."""
FRENCH_COMMANDS = ("rank", "why", "show", "calls", "profile", "digest", "status")
SOURCES = [
    ("digest/**.py", "python"),
    ("mail/**.py", "python"),
    ("present/**.py", "python"),
    ("digest/templates/**.html", "jinja2"),
    ("digest/templates/**.txt", "jinja2"),
    ("web/**.py", "python"),
    ("web/templates/**.html", "jinja2"),
]


def sentences() -> Catalog:
    """Every sentence that the code and the templates can say."""
    found = Catalog(project="matcher", fuzzy=False)
    options = {pattern: {"silent": "false"} for pattern, method in SOURCES if method == "jinja2"}
    for _, _, message, _, _ in extract_from_dir(MATCHER, SOURCES, options, keywords=KEYWORDS, comment_tags=()):
        found.add(message)
    for _, _, message, _, _ in extract_from_dir(MATCHER, [("cli/**.py", "python")], keywords=TERMINAL):
        found.add(message)
    for title in GROUP_TITLES.values():
        found.add(title)
    for text in helps():
        found.add(text)
    return found


def helps() -> Iterator[str]:
    """The help of the command line: a line for each command, and all that project officers' commands say."""
    yield from (line for _, line in COMMANDS.values())
    context = click.Context(cli)
    waiting = [cli.get_command(context, name) for name in FRENCH_COMMANDS]
    while waiting:
        command = waiting.pop()
        assert command is not None
        texts = [command.help, command.short_help, *(p.help for p in command.params if isinstance(p, click.Option))]
        yield from (" ".join(text.split()) for text in texts if text and text.strip() and "{" not in text)
        if isinstance(command, click.Group):
            waiting += [one for name, one in command.commands.items() if name == "preview"]


def po(language: str) -> Path:
    return MATCHER / "present" / "locale" / language / "LC_MESSAGES" / "matcher.po"


def read(language: str) -> Catalog:
    with po(language).open("rb") as stream:
        return read_po(stream, locale=language)


def compiled(language: str) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, read(language))
    return stream.getvalue()


def update(language: str) -> None:
    """Add new sentences (in English as they are), drop old ones, compile."""
    catalogue = read(language) if po(language).exists() else Catalog(locale=language, project="matcher", fuzzy=False)
    wanted = Catalog(
        locale=language,
        project="matcher",
        version="1",
        header_comment="# The sentences of the mails. Bring up to date with: python -m tests.helpers.mail.catalogues",
        last_translator="matcher",
        language_team=language,
        msgid_bugs_address="",
        fuzzy=False,
    )
    wanted.revision_date = catalogue.creation_date
    wanted.creation_date = catalogue.creation_date
    for message in sentences():
        if message.id:
            known = catalogue.get(message.id)
            said = known.string if known else message.id if language == "en" else None
            wanted.add(message.id, said)
    with po(language).open("wb") as stream:
        write_po(stream, wanted, sort_output=True, no_location=True, omit_header=False, width=100)
    po(language).with_suffix(".mo").write_bytes(compiled(language))


if __name__ == "__main__":
    for one in LANGUAGES:
        update(one)
