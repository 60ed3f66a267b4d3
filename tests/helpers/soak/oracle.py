"""Who must be told what by which mail, worked out from the script alone, by the rules that the documentation states.

Nothing of the product is used here, so that a mistake in its rules cannot hide in the expectation.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.helpers.soak.script import Down, MailTrouble, Script, Topic, Version, Where

CLOSING, NEW, CHANGED, FORTHCOMING, KEPT = "closing", "new", "changed", "forthcoming", "kept"
FETCH_FAILED, MAILS_FAILED = "the portal could not be read", "mails were not delivered"

Item = tuple[str, str, frozenset[str]]  # section, call, what changed
ATTEMPTS_ALL_DAY, ATTEMPTS_A_QUARTER = 5, 3  # 06:30, +5 and +15 minutes, +1 and +3 hours
TIME_TO_APPLY, BETWEEN_ROUNDS = timedelta(days=30), timedelta(days=7)  # of joint bids


@dataclass(frozen=True)
class Reader:
    """A subscriber; `weekday` is that of a weekly one (Monday is 0)."""

    identifier: str
    institutes: str
    language: str = "en"
    weekday: int | None = None
    digital_only: bool = False
    reminders: tuple[int, ...] = (30, 14, 3)
    mutes: str = ""

    @property
    def address(self) -> str:
        return f"{self.identifier}@example.org"

    @property
    def of(self) -> tuple[str, ...]:
        """The institutes whose calls he is told of."""
        return tuple(name for name in ("cea-leti", "mines") if name in self.institutes or "*" in self.institutes)

    @property
    def comes_always(self) -> bool:
        """Weekly mails come without news too; so does the network's, with its table of institutes."""
        return self.weekday is not None or self.institutes == '["*"]'


READERS = (
    Reader("leti", "[cea-leti]", mutes="HORIZON-TEST-2027-0000-03"),
    Reader("mines", "[mines]", language="fr"),
    Reader("both", "[cea-leti, mines]", language="fr", weekday=3),
    Reader("digital", "[mines]", digital_only=True, reminders=(7,)),
    Reader("network", '["*"]'),
)


@dataclass
class _Known:
    """A call as it was when the portal could last be read."""

    topic: Topic
    version: Version
    where: Where

    def is_live(self, day: date) -> bool:
        return self.where is Where.LISTED and self.version.last >= day

    def has_time(self, day: date) -> bool:
        """Whether a joint bid can still be made."""
        coming = next((deadline for deadline in self.version.deadlines if deadline >= day), day)
        return self.is_live(day) and coming >= day + TIME_TO_APPLY


@dataclass
class _Told:
    """A call as a reader was last told of it."""

    version: Version
    where: Where
    reminded: set[tuple[date, int]]


@dataclass
class _Memory:
    """What one reader knows."""

    reader: Reader
    told: dict[str, _Told] = field(default_factory=dict)
    last: date | None = None

    def is_due(self, day: date) -> bool:
        if self.last is not None and self.last >= day:
            return False
        if self.reader.weekday is None:
            return True
        latest = day - timedelta(days=(day.weekday() - self.reader.weekday) % 7)
        return latest == day if self.last is None else self.last < latest

    def items(self, known: dict[str, _Known], day: date, decided: dict[tuple[str, str], bool]) -> set[Item]:
        """What is to be told on a day; what an institute keeps has a section of its own, what all dismissed is gone."""
        found = set()
        for name, one in known.items():
            made = [decided.get((institute, name)) for institute in self.reader.of]
            item = self._item(name, one, day) if self._wants(name, one) and set(made) != {False} else None
            if item is not None:
                found.add((KEPT if True in made else item[0], name, item[1]))
        return found

    def remember(self, items: set[Item], known: dict[str, _Known], day: date) -> None:
        self.last = day
        for _, name, _ in items:
            one, before = known[name], self.told.get(name)
            spent = {
                (deadline, days)
                for deadline in one.version.deadlines
                for days in self.reader.reminders
                if 0 <= (deadline - day).days <= days
            }
            self.told[name] = _Told(one.version, one.where, spent | (before.reminded if before else set()))

    def _wants(self, name: str, one: _Known) -> bool:
        return name != self.reader.mutes and (one.topic.digital or not self.reader.digital_only)

    def _item(self, name: str, one: _Known, day: date) -> tuple[str, frozenset[str]] | None:
        told = self.told.get(name)
        if told is None:
            if not one.is_live(day):
                return None
            if self._is_reminded(one, set(), day):
                return CLOSING, frozenset()
            return (FORTHCOMING if one.version.opening > day else NEW), frozenset()
        changes = _changes(told, one, day)
        if not one.is_live(day):
            return (CHANGED, changes) if "status" in changes else None
        if self._is_reminded(one, told.reminded, day):
            return CLOSING, changes
        return (CHANGED, changes) if changes else None

    def _is_reminded(self, one: _Known, reminded: set[tuple[date, int]], day: date) -> bool:
        for deadline in one.version.deadlines:
            within = [n for n in self.reader.reminders if 0 <= (deadline - day).days <= n]
            if within and (deadline, min(within)) not in reminded:
                return True
        return False


def _changes(told: _Told, one: _Known, day: date) -> frozenset[str]:
    """What is other than what was told; that a deadline passed is no news."""
    before, after = told.version, one.version
    differing = {
        "deadline": before.deadlines != after.deadlines,
        "budget": before.budget != after.budget,
        "opening": before.opening != after.opening,
        "text": before.edition != after.edition,
        "status": told.where is not one.where and before.last >= day and after.last >= day,
    }
    return frozenset(name for name, differs in differing.items() if differs)


@dataclass
class Expected:
    """What a whole simulation must give."""

    mails: dict[tuple[date, str], set[Item]]
    notices: set[tuple[date, str]]  # to the operator
    attempts: dict[date, int]  # daily runs on each working day, the last one good unless the portal was down all day
    down: set[date]
    joint: set[str]  # calls that two institutes keep, of which a joint bid is told


def expect(script: Script) -> Expected:
    """What every reader and the operator must get, day by day."""
    memories = [_Memory(reader) for reader in READERS]
    known: dict[str, _Known] = {}
    expected = Expected({}, set(), {}, {d for d, how in script.down.items() if how is Down.ALL_DAY}, set())
    for day in script.calendar():
        if day.weekday() >= 5:
            continue
        # The first start catches up the slot of the last working day.
        for is_up in [*([True] * (day == script.start)), *_attempts(script, day)]:
            expected.attempts[day] = expected.attempts.get(day, 0) + 1
            if is_up:
                _look(script, known, day)
                expected.joint |= _joint(script, known, day)
            else:
                expected.notices.add((day, FETCH_FAILED))
            for memory in memories:
                if memory.is_due(day):
                    _mail(expected, memory, known, day, script.decided(day))
        if _is_mail_late(script, expected, day):
            expected.notices.add((day, MAILS_FAILED))
    return expected


def _mail(
    expected: Expected, memory: _Memory, known: dict[str, _Known], day: date, decided: dict[tuple[str, str], bool]
) -> None:
    items = memory.items(known, day, decided)
    if items or memory.reader.comes_always:
        expected.mails[day, memory.reader.address] = items
        memory.remember(items, known, day)


def _joint(script: Script, known: dict[str, _Known], day: date) -> set[str]:
    """What both institutes keep on a day after which there is a round for sure."""
    if day + BETWEEN_ROUNDS > script.calendar()[-1]:
        return set()
    kept = Counter(call for (_, call), is_kept in script.decided(day).items() if is_kept)
    return {call for call, times in kept.items() if times > 1 and known[call].has_time(day)}


def _attempts(script: Script, day: date) -> list[bool]:
    """Whether the portal answers, for each daily run of a day."""
    how = script.down.get(day)
    if how is Down.ALL_DAY:
        return [False] * ATTEMPTS_ALL_DAY
    return [False] * (ATTEMPTS_A_QUARTER - 1) * (how is Down.A_QUARTER) + [True]


def _look(script: Script, known: dict[str, _Known], day: date) -> None:
    """Takes over the listing of a day: a call that was never listed stays unknown."""
    for topic in script.topics:
        version = topic.on(day)
        if version is None:
            continue
        if version.where is Where.LISTED and (topic.name in known or version.last >= day):
            known[topic.name] = _Known(topic, version, Where.LISTED)
        elif topic.name in known and known[topic.name].version.last >= day:
            known[topic.name].where = version.where


def _is_mail_late(script: Script, expected: Expected, day: date) -> bool:
    trouble = script.mail.get(day)
    if trouble is None:
        return False
    kind, reader = trouble
    sent = [address.partition("@")[0] for when, address in expected.mails if when == day]
    if kind is MailTrouble.SERVER:
        return bool(sent) or day in script.down  # of which the operator is told
    if kind is MailTrouble.LOST:  # a connection that has carried a mail is renewed at once, and nothing is late
        return sent[:1] == [reader] and day not in script.down
    return reader in sent
