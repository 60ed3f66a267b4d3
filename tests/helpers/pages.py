"""The pages that people read, and what is to be run in them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.cli.main import COMMANDS, cli
from tests.helpers.paths import DOCS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = (ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md")))
ELIDED = "…"

_MARK = "\x1e"
_SAMPLE_NOTE = re.compile(r"\ANote: Packaged sample.*?\n\n", re.DOTALL)
_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)\s*$", re.DOTALL | re.MULTILINE)
_CAPTION = re.compile(r":caption: (\S+)\n+")


@dataclass(frozen=True)
class Step:
    """A command with the output that its page shows ("" for none), or a file to write."""

    command: str
    shown: str = ""
    file: str = ""
    content: str = ""


@dataclass(frozen=True)
class Done:
    """A step with its exit code and what it printed."""

    step: Step
    code: int
    out: str
    err: str

    @property
    def as_shown(self) -> bool:
        """True when the page shows the output; it may leave out what went to stderr and the sample's label."""
        printed = (self.out, self.err + self.out, _SAMPLE_NOTE.sub("", self.out))
        return any(agrees(self.step.shown, text) for text in printed)


def blocks(page: Path, info: str) -> list[str]:
    """The bodies of a page's fenced blocks of one kind."""
    return [m["body"] for m in _FENCE.finditer(page.read_text(encoding="utf-8")) if m["info"].strip() == info]


def steps(page: Path) -> list[Step]:
    """What a reader does on a page, in order: commands of `console` blocks, files of blocks with a caption."""
    found: list[Step] = []
    for block in _FENCE.finditer(page.read_text(encoding="utf-8")):
        info, body = block["info"].strip(), block["body"]
        if info == "console":
            found += console_steps(body)
        elif caption := _CAPTION.match(body):
            found.append(Step("", file=caption[1], content=body[caption.end() :]))
    return found


def console_steps(body: str) -> list[Step]:
    """Each `$ ` line with the lines up to the next one."""
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)
    assert not parts[0].strip(), f"output without a command: {parts[0]!r}"
    pairs = [part.partition("\n") for part in parts[1:]]
    return [Step(command, shown.rstrip()) for command, _, shown in pairs]


def agrees(shown: str, printed: str) -> bool:
    """True when what a page shows is what was printed; `…` stands for anything, a line of its own for whole lines.

    One space is like another: those that do not break are not seen on a page.
    """
    if not shown.strip():
        return True
    shown, printed = (re.sub("[\u00a0\u202f]", " ", text) for text in (shown, printed))
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == ELIDED else re.escape(line.rstrip()).replace(ELIDED, ".*?") + r"[ ]*\n"
        for line in shown.splitlines()
    )
    return re.fullmatch(pattern, printed.rstrip() + "\n") is not None


def every_command() -> list[tuple[str, click.Command]]:
    """Every command and subcommand by name."""
    found = []
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {sub}", each) for sub, each in command.commands.items()]
    return found


class Newcomer:
    """Somebody in a fresh clone, with a terminal whose portal does not answer: what `make run` brings is the sample."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "clone"
        shutil.copytree(ROOT / "config", self.folder / "config")
        for name in ("Makefile", "pyproject.toml", "requirements"):
            (self.folder / name).symlink_to(ROOT / name)
        settings = self.folder / "config" / "matcher.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("# backoff = 0.5 ", "backoff = 0.001 "), encoding="utf-8")  # nobody waits here
        self._install()
        # `make test` says what it is to every make below it, which would then speak of its folders.
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("MATCHER_", "MAKE", "MFLAGS"))
        }
        self.environment = {
            **kept,
            "PATH": f"{self.folder / '.venv' / 'bin'}{os.pathsep}{kept['PATH']}",
            "PYTHONPATH": str(ROOT),
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",  # the pages show English
            "MATCHER_HOME": str(folder / "home"),
            "MATCHER_PORTAL_URL": "http://127.0.0.1:9/search-api/prod/rest",
            "MATCHER_PORTAL_DATA_URL": "http://127.0.0.1:9/data",
            "MATCHER_PORTAL_RATE": "100",
        }

    def _install(self) -> None:
        """What `make run` would install, already there: the marks that it goes by, and the program under test."""
        programs = self.folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        python = shlex.quote(sys.executable)
        for name, call in (("python", f'{python} "$@"'), ("matcher", f'{python} -m matcher "$@"')):
            (programs / name).write_text(f"#!/bin/sh\nexec {call}\n")
            (programs / name).chmod(0o755)
        (self.folder / ".venv" / ".installed").touch()

    def start_at_once(self, program: str) -> None:
        """From now on `matcher` is this program."""
        (self.folder / ".venv" / "bin" / "matcher").write_text(program)

    @contextmanager
    def put_back(self, kept: Path) -> Iterator[None]:
        """Whatever is done meanwhile, the clone and the home are afterwards as they were before."""
        folders = (self.folder, Path(self.environment["MATCHER_HOME"]))
        for folder in folders:
            shutil.copytree(folder, kept / folder.name, symlinks=True)
        yield
        for folder in folders:
            shutil.rmtree(folder)
            shutil.copytree(kept / folder.name, folder, symlinks=True)

    def follow(self, todo: list[Step]) -> list[Done]:
        """Do each step in one shell, so that `cd` and `export` last."""
        script = []
        for step in todo:
            if step.file:
                target = shlex.quote(step.file)
                script.append(f"mkdir -p $(dirname {target}); printf %s {shlex.quote(step.content)} > {target}")
            else:
                script.append(step.command)
            script.append(f"printf '{_MARK}%s{_MARK}' $? | tee /dev/stderr")
        ran = subprocess.run(
            ["bash"],
            input="\n".join(script) + "\n",
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        out, err = ran.stdout.split(_MARK), ran.stderr.split(_MARK)
        assert len(out) == len(err) == 2 * len(todo) + 1, ran.stdout[-2000:] + ran.stderr[-2000:]
        return [Done(step, int(out[2 * i + 1]), out[2 * i], err[2 * i]) for i, step in enumerate(todo)]
