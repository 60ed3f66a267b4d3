"""The message catalogues and their sentences: `python -m tests.helpers.mail.catalogues` brings them up to date."""

from __future__ import annotations

import ast
import errno
import io
import os
from pathlib import Path
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
    from collections.abc import Collection, Iterator

MATCHER = ROOT / "matcher"
LANGUAGES = ("fr", "en")
KEYWORDS = {"say": None, "say_n": (1, 2)}
TERMINAL = {"tr": None, "tr_n": (1, 2)}
"""What the command line says, in the modules of people who look for calls."""
ERRORS = {
    "Saying", "Mistaken", "UsageError", "UnreadableError", "StoreError", "StoreMissing", "StoreBusy", "RunGoesOn",
    "RunLost", "DiskError", "IndexMissing", "PortTaken", "Refused", "Missing", "LinkRefused", "SignInRefused",
}  # fmt: skip
"""What a command that project officers use, or a page, may end with is made by one of these."""
OTHER_READERS = ("api", "evaluation", "portal", "schedule")
"""Layers whose errors meet who writes Python or runs the machine."""
CLICK = {"_": None, "ngettext": (1, 2)}
NOT_OF_CLICK = {
    "d", "{editor}: Editing failed", "{editor}: Editing failed: {e}", "Windows error: {error}", "deprecated",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}", "Value must be an iterable.",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}", "Name '{name}' defined twice",
    "Boolean option {decl!r} cannot use the same flag for true/false.", "Do you want to continue?",
    "Could not determine name for option with declarations {decls!r}", "Confirm the action without prompting.",
    (
        "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? "
        "Did you mean to pass '--{name}'?"
    ),
    "Positional arguments", "env var: {var}", "(dynamic)",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.", "Repeat for confirmation",
    "Invalid start character for option ({option})", "Error: The two entered values do not match.",
    "Shell completion is not supported for Bash versions older than 4.4.", "Error: invalid input",
    "Couldn't detect Bash version, shell completion is not supported.", "Unknown color {colour!r}",
    "Press any key to continue...", "Unknown standard stream '{name}'", "{value!r} is not a valid UUID.",
    "{value!r} does not match the format {format}.", "{value!r} is not a valid boolean. Recognized values: {states}",
    "{len_type} values are required, but {len_value} was given.", "Choice({choices})",
}  # fmt: skip
"""What click can say and no command here makes it say."""
SYSTEM = (errno.ENOENT, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.ENOSPC, errno.EROFS)
SYSTEM += (errno.ENAMETOOLONG, errno.EEXIST, errno.EIO, errno.EBADF, errno.ELOOP)
"""What the system says of a failure, in so far as people meet it."""
FRENCH_COMMANDS = (
    *("rank", "why", "show", "calls", "profile", "digest", "status"),
    *("institutes", "programmes", "projects", "partners", "bids"),
)
SOURCES = [
    ("digest/**.py", "python"),
    ("mail/**.py", "python"),
    ("present/**.py", "python"),
    ("digest/templates/**.html", "jinja2"),
    ("digest/templates/**.txt", "jinja2"),
    ("web/**.py", "python"),
    ("app/mails/sign_in_mail.py", "python"),
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
    for text in (*GROUP_TITLES.values(), *helps(), *map(os.strerror, SYSTEM)):
        found.add(text)
    for _, said in errors():
        if isinstance(said, ast.Constant):
            found.add(said.value)
    for _, _, message, _, _ in extract_from_dir(Path(click.__file__).parent, [("**.py", "python")], keywords=CLICK):
        if strings(message)[0] not in NOT_OF_CLICK:
            found.add(message)
    return found


def strings(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (str(value or ""),)


def errors(names: Collection[str] = ERRORS) -> Iterator[tuple[str, ast.expr]]:
    """(where, what it is made of) of each error that is raised, and of each saying."""
    for path in sorted(MATCHER.rglob("*.py")):
        inside = path.relative_to(MATCHER)
        if inside.parts[0] in OTHER_READERS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
                yield f"{inside}:{node.lineno}", node.args[0]


def helps() -> Iterator[str]:
    """The help of the command line: a line for each command, and all that project officers' commands say."""
    yield from (line for _, line in COMMANDS.values())
    context = click.Context(cli)
    yield from (option.help for option in cli.params if isinstance(option, click.Option) and option.help)
    yield cli.help or ""
    waiting = [cli.get_command(context, name) for name in FRENCH_COMMANDS]
    while waiting:
        command = waiting.pop()
        assert command is not None
        texts = [command.help, command.short_help, *(p.help for p in command.params if isinstance(p, click.Option))]
        yield from (" ".join(text.split()) for text in texts if text and text.strip() and "{" not in text)
        if isinstance(command, click.Group):
            waiting += [one for name, one in command.commands.items() if name == "preview"]
            listed = (one.short_help or one.help or "" for one in command.commands.values())
            yield from (" ".join(text.split()) for text in listed)


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
