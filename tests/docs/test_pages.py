"""What the README and the pages tell people to type works, and prints what they show."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import pytest

from matcher.cli.main import cli
from tests.helpers.forms import either, has_a_long_form
from tests.helpers.pages import PAGES, Done, Newcomer, Step, agrees, blocks, console_steps, every_command, steps
from tests.helpers.paths import DOCS, ROOT
from tests.helpers.warm_program import warm_program

if TYPE_CHECKING:
    from collections.abc import Iterator

README = ROOT / "README.md"
FINDS_FAULT = ("doctor",)  # it exits 1 where the portal does not answer


def names(page):
    return str(page.relative_to(ROOT))


def plain_commands(page) -> list[Step]:
    """The `matcher …` lines of the sh blocks."""
    lines = [line for block in blocks(page, "sh") for line in block.splitlines() if line.startswith("matcher ")]
    return [Step(line) for line in lines]


def check(done: Done) -> None:
    step, printed = done.step, done.err + done.out
    fine = done.code == 0 or (done.code == 1 and step.command.split()[1] in FINDS_FAULT)
    assert fine, f"{step.command}: exit code {done.code}\n{printed}"
    assert "Traceback" not in printed
    assert done.as_shown, f"$ {step.command}\nthe page shows\n{step.shown}\nprinted was\n{printed}"


FIRST = "make run"


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory) -> Newcomer:
    return Newcomer(tmp_path_factory.mktemp("settled"))


@pytest.fixture(scope="module")
def first_run(newcomer) -> Done:
    [done] = newcomer.follow([Step(FIRST)])
    check(done)
    assert "packaged sample listing" in done.err
    return done


@pytest.fixture(scope="module")
def settled(newcomer, first_run) -> Iterator[Newcomer]:
    """Somebody who ran `make run`; the program loads no module anew from then on."""
    with TemporaryDirectory() as folder, warm_program(Path(folder)) as program:
        newcomer.start_at_once(program)
        yield newcomer


TUTORIALS = [page for page in PAGES if steps(page) and page.name.startswith("tutorial")]
OTHERS = [page for page in PAGES if steps(page) and page not in TUTORIALS]


def one_walk(english: list[Step], french: list[Step]) -> list[Step]:
    """What both readers do, once, and what each does otherwise; in the short form each step in one language, by turns.

    From where they write other files, one goes after the other; in the short form the English one alone.
    """
    pairs = list(zip(english, french, strict=True))
    apart = next((n for n, (ours, theirs) in enumerate(pairs) if ours.content != theirs.content), len(pairs))
    both = [step for pair in pairs[:apart] for step in dict.fromkeys(pair)]
    turns = [pair[number % 2] for number, pair in enumerate(pairs[:apart])]
    return [*either(short=turns, long=both), *english[apart:], *either(short=[], long=french[apart:])]


@has_a_long_form
def test_the_tutorials_from_the_first_line_to_the_last(settled, first_run, tmp_path):
    """They begin with the first run, which is made once; what they leave behind is no other page's."""
    first, *others = one_walk(*(steps(DOCS / n) for n in ("tutorial.md", "tutorial.fr.md")))
    assert first.command == FIRST
    check(replace(first_run, step=first))
    with settled.put_back(tmp_path):
        for done in settled.follow(others):
            check(done)


@pytest.mark.parametrize("page", OTHERS, ids=names)
def test_a_page(page, settled):
    for done in settled.follow(steps(page)):
        check(done)


NOTHING = re.compile(r"would change nothing|^No call|^No project|^Nothing|^Nobody|^0 of |there are no ", re.MULTILINE)
"""How commands say that there is nothing to show."""


def test_the_five_minutes_of_the_readme(settled):
    todo = plain_commands(README)
    assert len(todo) > 5
    for done in settled.follow(todo):
        check(done)
        assert done.out
        assert NOTHING.search(done.out) is None, f"{done.step.command} shows nothing: {done.out[:300]}"


JSON = ("rank brgm --explain", "calls", "show {call} --for brgm", "why brgm {call}", "run", "status", "doctor")


def keys_of(value) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(key for name, part in value.items() if name != "detail" for key in keys_of(part))}
    return {key for part in value for key in keys_of(part)} if isinstance(value, list) else set()


@pytest.mark.parametrize("command", JSON)
def test_each_key_of_the_json_is_explained(command, settled):
    page = (DOCS / "reference" / "json.md").read_text(encoding="utf-8")
    explained = {word.strip('"') for word in re.findall(r"`([a-z_]+)`", page)} | {"schema"}
    command = command.format(call="HORIZON-CL4-2027-04-DATA-03")
    [done] = settled.follow([Step(f"matcher {command} --json")])
    assert keys_of(json.loads(done.out)) <= explained


def test_there_is_something_to_run():
    assert {names(page) for page in TUTORIALS} == {"docs/tutorial.md", "docs/tutorial.fr.md"}
    assert {"README.md", "docs/reference/json.md"} <= {names(page) for page in OTHERS}
    assert all(len(steps(page)) > 12 for page in TUTORIALS)


def test_both_tutorials_do_the_same():
    """What is typed differs in the language asked for alone."""
    english, french = (
        [s.command.replace("--language fr", "--language en") for s in steps(DOCS / name)]
        for name in ("tutorial.md", "tutorial.fr.md")
    )
    assert english == french


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("", "anything", True),
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nc\n", False),
        ("a", "a\nb\n", False),
        ("a\n…", "a\nb\nc\n", True),
        ("…\nc", "a\nb\nc\n", True),
        ("a … c", "a b c", True),
        ("a … c", "a b\nc", False),
        ("a.c", "abc", False),
        ("…", "", True),
    ],
)
def test_what_is_shown_is_compared_with_what_was_printed(shown, printed, same):
    assert agrees(shown, printed) is same


def test_a_console_block_is_read_command_by_command():
    assert console_steps("$ a\nx\ny\n$ b\n") == [Step("a", "x\ny"), Step("b", "")]
    with pytest.raises(AssertionError, match="output without a command"):
        console_steps("x\n$ a\n")


def mentioned() -> list[tuple[str, str]]:
    """Every `matcher …` in a page's code: (page, command line)."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        inline = re.findall(r"(?<!`)`(matcher [a-z][^`]*)`(?!`)", text)
        lines = re.findall(r"^(?:\$ )?(matcher [a-z][^\n]*)$", text, re.MULTILINE)
        found += [(names(page), " ".join(each.split())) for each in (*inline, *lines)]
    return found


def test_every_command_and_option_that_a_page_names_exists():
    lines = mentioned()
    assert len(lines) > 60
    for page, line in lines:
        words = shlex.split(re.split(r";|\s[|>&#]", line)[0].replace("…", ""), posix=True)[1:]
        command: click.Command = cli
        known = {option for parameter in cli.params for option in parameter.opts} | {"--help"}
        for word in words:
            if word.startswith("--"):
                assert word.partition("=")[0] in known, f"{page}: {line}: {word}"
            elif isinstance(command, click.Group):
                step = command.get_command(click.Context(command), word)
                assert step is not None or word.isupper(), f"{page}: {line}: {word}"
                if step is not None:
                    command = step
                    known |= {option for p in command.params for option in (*p.opts, *p.secondary_opts)}


@pytest.mark.parametrize(("name", "command"), every_command(), ids=[n for n, _ in every_command()])
def test_each_command_says_what_it_does(name, command):
    assert command.help, f"{name} has no help"
    silent = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    assert not silent, f"{name}: no help for {silent}"


def test_every_link_leads_somewhere():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (page.parent / target).exists(), f"{names(page)} links to {target}"
