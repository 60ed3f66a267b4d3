"""What a row of the fault matrix promises, and how each promise is looked after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from tests.helpers.faults.scene import EARLY, FIRST, KNOWN, LATE, NEXT, OPERATOR, READER, TOMORROW, Scene, identifiers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from tests.helpers.faults.nursery import Done

HEAD = ("fault", "what is kept", "exit code", "the operator sees", "the subscriber sees")

READ_IN_PART = "the listing was read in part"
NOT_READ = "the portal could not be read"
NOT_MAILED = "mails were not delivered"
FAILED = "the daily run failed"


class Kept(Enum):
    """What of the listing is in the database after the faulty run, and how that is told."""

    ALL = "all of it"
    PAGES = "all but that page, whose calls stay as they were"
    PART = "the pages that came; other calls stay as they were"
    FORMER = "what was there before"
    FRESH = "today's listing, as if for the first time"
    SAMPLE = "the packaged sample, marked as such"
    FILE = "the file, untouched"


_CALLS = {
    Kept.ALL: {*KNOWN, EARLY, LATE},
    Kept.FRESH: {*KNOWN, EARLY, LATE},
    Kept.PAGES: {*KNOWN, EARLY, LATE},
    Kept.PART: {*KNOWN, EARLY},
    Kept.FORMER: {*KNOWN},
    Kept.FILE: {*KNOWN},
}


class Reader(Enum):
    """What the subscriber gets on the faulty day; whatever is missing then comes with the next good run, once."""

    NEWS = "today's mail"
    WARNED = "today's mail, with a warning"
    PART = "today's mail with what came, and a warning"
    NEXT_RUN = "nothing today; all of it with the next good run"
    WAITS = "today's mail when the server takes it"
    MENDED = "today's mail as soon as the set-up is mended"
    TWICE = "today's mail, perhaps twice, with one Message-ID"
    AGAIN = "every call once more"


@dataclass(frozen=True)
class Fault:
    """One row.

    `cause` puts the fault in place and takes it away again; `act` is what is done meanwhile, one daily run unless told
    otherwise. `says` is part of what stands on stderr, `mail` the subject of the mail to the operator. `costly` rows
    take many seconds or a server of their own and are left to `make faults`.
    """

    name: str
    cause: Callable[[Scene], AbstractContextManager[None]]
    kept: Kept
    code: int
    says: str
    mail: str
    reader: Reader
    act: Callable[[Scene], Done] = Scene.run
    costly: bool = False
    waits: bool = False  # the mail to the operator comes when mails can be sent again
    again: bool = False  # what was told before is forgotten, and told once more

    @property
    def operator(self) -> str:
        told = [f"“{self.says}”"] if self.says else []
        told += [f"a mail “{self.mail}”" + (", once mails go out again" if self.waits else "")] if self.mail else []
        return "; ".join(told) or "nothing: all is well"

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.name, self.kept.value, str(self.code), self.operator, self.reader.value)


def check(fault: Fault, scene: Scene) -> Iterator[str]:
    """Causes the fault on the day after a good one, and the next good day; yields each promise that was not kept."""
    before = list(scene.told())
    scene.list_more(EARLY, LATE)
    with fault.cause(scene):
        done = fault.act(scene)
    yield from _process(fault, done)
    yield from _operator(fault, scene)
    yield from _kept(fault, scene)
    told = scene.told()[len(before) :]
    yield from _reader(fault, scene, told)
    yield from _next_day(fault, scene)


def _process(fault: Fault, done: Done) -> Iterator[str]:
    if done.code != fault.code:
        yield f"exit code {done.code}: {done.err or done.out}"
    if "Traceback" in done.err or "unexpected" in done.err:
        yield f"not in plain words: {done.err}"
    if fault.says not in done.err:
        yield f"does not say {fault.says!r}: {done.err}"
    if not fault.says and done.err:
        yield f"says {done.err}"


def _operator(fault: Fault, scene: Scene) -> Iterator[str]:
    subjects = [mail.subject for mail in scene.arrived(OPERATOR)]
    expected = [f"matcher: {fault.mail}"] if fault.mail and not fault.waits else []
    if subjects != expected:
        yield f"the operator got {subjects}"


def _kept(fault: Fault, scene: Scene) -> Iterator[str]:
    if fault.kept in _CALLS and (kept := scene.kept()) != _CALLS[fault.kept]:
        yield f"kept are {sorted(kept)}"


_NEWS = {
    Reader.NEWS: [EARLY, LATE],
    Reader.WARNED: [EARLY, LATE],
    Reader.TWICE: [EARLY, LATE],
    Reader.PART: [EARLY],
    Reader.AGAIN: [*KNOWN, EARLY, LATE],
    Reader.NEXT_RUN: [],
    Reader.WAITS: [],
    Reader.MENDED: [],
}


def _reader(fault: Fault, scene: Scene, told: Sequence[str]) -> Iterator[str]:
    if sorted(told) != sorted(identifiers(_NEWS[fault.reader])):
        yield f"the subscriber was told of {list(told)}"
    if fault.reader in (Reader.WARNED, Reader.PART) and "met problems" not in scene.arrived(READER)[-1].text:
        yield "the subscriber was not warned"
    if fault.reader is Reader.WAITS and not scene.queued_for(READER):
        yield "the mail does not wait"
    if fault.reader is Reader.MENDED:
        done = scene.start("digest", "send", "--as-of", scene.day.isoformat()).wait()
        if done.code or scene.told()[-2:] != identifiers([EARLY, LATE]):
            yield f"not sent at once: {done}, {scene.told()}"


def _next_day(fault: Fault, scene: Scene) -> Iterator[str]:
    """All is well again: nothing is missing then, and nothing comes twice but where the row says so."""
    scene.list_more(NEXT)
    done = scene.run(scene.day + timedelta(days=1), prelude=TOMORROW)
    if done.code:
        yield f"the next run ended with {done.code}: {done.err}"
    if scene.kept() != {*KNOWN, EARLY, LATE, NEXT}:
        yield f"after the next run, kept are {sorted(scene.kept())}"
    again = list(KNOWN) if fault.again else []
    expected = sorted(identifiers([*again, EARLY, LATE, NEXT]))
    if sorted(scene.told()) != expected:
        yield f"after the next run the subscriber was told of {sorted(scene.told())}"
    if fault.waits and f"matcher: {fault.mail}" not in [mail.subject for mail in scene.arrived(OPERATOR)]:
        yield "the operator was never told"


def good_day(scene: Scene) -> None:
    """The day before: everything is read, and the reader is told."""
    done = scene.run(FIRST)
    if done.code or sorted(scene.told()) != sorted(identifiers(KNOWN)):
        raise RuntimeError(f"the good day went wrong: {done}, {scene.told()}")


def table(rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> str:
    """Rows as a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
