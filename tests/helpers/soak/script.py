"""What happens in a simulated year, decided beforehand: the listing of each day, and the days on which things fail."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tests.helpers.portal.rows import (
    CLOSED,
    DIGITAL,
    FORTHCOMING,
    HORIZON,
    OPEN,
    Row,
    actions,
    budget,
    bulk_item,
    bulk_json,
    line,
    topic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBJECT = "Silicon photonics, integrated circuits, microelectronics, materials and MEMS sensors on wafers."
FIRST = 25
MUTED = 3
"""The number of a call that a reader mutes."""

APART = 16
"""Days between two changes of one call at least, so that no field counts as flapping."""

LINGERS, KEPT = 3, 30
"""Days that a call stays listed as open after its deadline (a quirk of the portal), and days that its row is kept."""

_HEADS = ("nano", "photo", "micro", "bio", "thermo", "electro", "hydro", "opto", "piezo", "cryo", "ferro", "spectro")
_TAILS = ("meter", "lysis", "graphy", "coating", "reactor", "sensor", "catalyst", "polymer", "alloy", "laser", "plasma")
WORDS = [head + tail + end for end in ("", "s", " systems", " process") for head in _HEADS for tail in _TAILS]


class Where(StrEnum):
    """Where a call stands in the portal."""

    LISTED = "listed"
    CLOSED = "closed"  # ahead of its deadline
    GONE = "gone"


@dataclass(frozen=True)
class Version:
    """What the portal says of a call from a day on."""

    since: date
    opening: date
    deadlines: tuple[date, ...]
    budget: int
    edition: int = 1  # of its text
    where: Where = Where.LISTED

    @property
    def last(self) -> date:
        return self.deadlines[-1]


@dataclass(frozen=True)
class Topic:
    """A call and its life."""

    number: int
    digital: bool
    versions: tuple[Version, ...]

    @property
    def name(self) -> str:
        return f"HORIZON-TEST-2027-{self.number // 10:04d}-{self.number % 10:02d}"

    def on(self, day: date) -> Version | None:
        """What the portal says on a day; None before the call is published."""
        return next((v for v in reversed(self.versions) if v.since <= day), None)


class Down(StrEnum):
    """How long the portal gives no usable answer."""

    A_QUARTER = "until 06:45"
    ALL_DAY = "all day"


class MailTrouble(StrEnum):
    """What the mail server does wrong on a day."""

    BUSY = "451 for one mailbox, twice"
    LOST = "the connection breaks at one mailbox, once"
    SERVER = "421 at the first mail"


@dataclass(frozen=True)
class Decided:
    """What an institute makes of a call in the evening of a day."""

    day: date
    institute: str
    call: str
    kept: bool


@dataclass(frozen=True)
class Script:
    """The days from `start` on, and what happens on them."""

    start: date
    days: int
    topics: tuple[Topic, ...]
    down: dict[date, Down]
    asleep: frozenset[date]  # the machine sleeps until the afternoon
    mail: dict[date, tuple[MailTrouble, str]] = field(default_factory=dict)  # with the subscriber it is about
    decisions: tuple[Decided, ...] = ()
    words: int = 180  # of each third of a text

    def decided(self, before: date) -> dict[tuple[str, str], bool]:
        """(institute, call) → whether it is kept, of what was decided before a day; else it is dismissed."""
        return {(one.institute, one.call): one.kept for one in self.decisions if one.day < before}

    def calendar(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.days)]

    def rows(self, day: date) -> list[Row]:
        """Everything that the search API holds on a day: the listing, stale copies, other languages, nonsense."""
        rows: list[Row] = []
        for one in self.topics:
            version = one.on(day)
            if version is None or version.where is Where.GONE or day > version.last + timedelta(days=KEPT):
                continue
            rows.append(self._row(one, version, _status(version, day)))
            earlier = [v for v in one.versions if v.since < version.since and v.where is Where.LISTED]
            if version.where is Where.LISTED and earlier and one.number % 7 == 0:
                rows.append(self._row(one, earlier[-1], OPEN, datasource="SEDIA_OLD"))
            if version.where is Where.LISTED and one.number % 11 == 0:
                rows.append(self._row(one, version, OPEN, language="fr"))
        if len(rows) > 2 * FIRST:
            rows.append(topic(9990, identifier=None, title=[f"A row without a name, of {day}"]))
        return rows

    def _row(self, one: Topic, version: Version, status: str, **told: str) -> Row:
        return _row(one, version, status, _text(one.number, version.edition, self.words), **told)

    def archive(self, day: date) -> bytes:
        """The archive file, which grows once a month."""
        months = (day.year - self.start.year) * 12 + day.month - self.start.month
        return bulk_json([bulk_item(number) for number in range(100 + 10 * months)])


@dataclass(frozen=True)
class Rhythm:
    """On which working days, counted from 0, a thing happens: the first time, and every so many days from then on."""

    down_a_quarter: tuple[int, int] = (8, 23)
    down_all_day: tuple[int, int] = (15, 41)
    asleep: tuple[int, int] = (20, 37)
    mail_trouble: tuple[int, int] = (3, 6)
    decided: tuple[int, int] = (6, 5)


def write_script(
    start: date, days: int, subscribers: list[str], *, seed: int = 1, rhythm: Rhythm | None = None
) -> Script:
    """A year of a portal's life, the same for the same seed."""
    rhythm = rhythm or Rhythm()
    chance = random.Random(seed)
    topics = [_topic(chance, number, start - timedelta(days=3)) for number in range(FIRST)]
    working = [d for d in (start + timedelta(days=n) for n in range(days)) if d.weekday() < 5]
    for day in working:
        for _ in range(chance.choice((0, 0, 0, 0, 1, 2))):
            topics.append(_topic(chance, len(topics), day))

    def at(first: int, every: int) -> list[date]:
        return working[first::every]

    down = dict.fromkeys(at(*rhythm.down_a_quarter), Down.A_QUARTER) | dict.fromkeys(
        at(*rhythm.down_all_day), Down.ALL_DAY
    )
    down |= dict.fromkeys(working[60:62], Down.ALL_DAY)
    asleep = frozenset(at(*rhythm.asleep)) - down.keys()
    troubles = list(MailTrouble)
    mail = {
        day: (troubles[n % len(troubles)], subscribers[n % len(subscribers)])
        for n, day in enumerate(at(*rhythm.mail_trouble))
    }
    mail = {day: trouble for day, trouble in mail.items() if day not in asleep}
    decisions = tuple(_decisions(at(*rhythm.decided), topics))
    return Script(start, days, tuple(topics), down, asleep, mail, decisions)


_MADE = ((("cea-leti", True),), (("cea-leti", False),), (("mines", False),), (("cea-leti", True), ("mines", True)))
"""Who keeps (True) or dismisses a call, in turn."""


def _decisions(days: list[date], topics: list[Topic]) -> Iterator[Decided]:
    """On each of these days something is made of a call that is known for a week, and whose text stays as it is."""
    free = [one for one in topics if one.number != MUTED and all(v.edition == 1 for v in one.versions)]
    for turn, day in enumerate(days):
        known = [one for one in free if _is_known(one, day)]
        if not known:
            continue
        free.remove(known[0])
        for institute, kept in _MADE[turn % len(_MADE)]:
            yield Decided(day, institute, known[0].name, kept)


def _is_known(one: Topic, day: date) -> bool:
    version = one.on(day - timedelta(days=7))
    now = one.on(day)
    return version is not None and now is not None and now.where is Where.LISTED and now.last > day + timedelta(days=20)


def _topic(chance: random.Random, number: int, published: date) -> Topic:
    opening = published + timedelta(days=chance.randint(-5, 40))
    last = opening + timedelta(days=chance.randint(30, 130))
    last = max(last, published + timedelta(days=20))
    two_stages = chance.random() < 0.2
    stages = (last, last + timedelta(days=90)) if two_stages else (last,)
    first = Version(published, opening, stages, chance.randint(4, 40) * 1_000_000)
    return Topic(number, number % 5 == 0, tuple(_life(chance, first)))


def _life(chance: random.Random, first: Version) -> list[Version]:
    """The first version and what becomes of it: at most four turns."""
    versions = [first]
    day = first.since + timedelta(days=chance.randint(4, 30))
    for _ in range(4):
        before = versions[-1]
        if day > before.last - timedelta(days=APART):
            break
        turns = ["deadline", "deadline", "budget", "text", "leaves"]
        turns += ["opening"] * (day < before.opening - timedelta(days=APART))
        turn = chance.choice(turns)
        if turn == "leaves":
            where = chance.choice((Where.GONE, Where.CLOSED))
            versions.append(replace(before, since=day, where=where))
            if chance.random() < 0.5:
                break
            day += timedelta(days=chance.randint(4, 9))
            versions.append(replace(before, since=day))
        else:
            versions.append(replace(_turned(chance, before, turn), since=day))
        day += timedelta(days=chance.randint(APART, APART + 24))
    return versions


def _turned(chance: random.Random, before: Version, turn: str) -> Version:
    days = timedelta(days=chance.randint(7, 40))
    if turn == "deadline":
        return replace(before, deadlines=(*before.deadlines[:-1], before.last + days))
    if turn == "opening":
        return replace(before, opening=before.opening - timedelta(days=2))
    if turn == "budget":
        return replace(before, budget=before.budget + chance.randint(1, 9) * 500_000)
    return replace(before, edition=before.edition + 1)


def _status(version: Version, day: date) -> str:
    if version.where is Where.CLOSED or day > version.last + timedelta(days=LINGERS):
        return CLOSED
    return FORTHCOMING if version.opening > day else OPEN


def _row(
    one: Topic, version: Version, status: str, text: str, *, language: str = "en", datasource: str = "SEDIA"
) -> Row:
    model = "two-stage" if len(version.deadlines) > 1 else "single-stage"
    return topic(
        one.number,
        language=language,
        datasource=datasource,
        title=[f"Silicon photonics for {WORDS[one.number % len(WORDS)]}, part {one.number}"],
        status=[status],
        startDate=[f"{version.opening}T00:00:00.000+0000"],
        deadlineDate=[f"{day}T00:00:00.000+0000" for day in version.deadlines],
        deadlineModel=[model],
        frameworkProgramme=[DIGITAL if one.digital else HORIZON],
        descriptionByte=[text],
        actions=[
            actions("HORIZON-IA HORIZON Innovation Actions", version.opening, list(version.deadlines), model=model)
        ],
        budgetOverview=[budget([line(one.name, pot={"2027": str(version.budget)})])],
        esDA_IngestDate=[f"{version.since}T01:00:00.000+0200"],
    )


def _text(number: int, edition: int, words: int) -> str:
    """A description in three parts of so many words, of which each edition rewrites the last."""
    parts = [
        random.Random(f"{number}/{part}/{edition if part == 2 else 0}").choices(WORDS, k=words) for part in range(3)
    ]
    outcome, scope, more = (f"<p>{' '.join(words)}.</p>" for words in parts)
    return (
        f'<p class="topicdescriptionkind">Expected Outcome:</p><p>{SUBJECT}</p>{outcome}'
        f'<p class="topicdescriptionkind">Scope:</p>{scope}{more}'
    )
