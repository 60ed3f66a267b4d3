"""`config/subscribers.yaml` → `Subscriber`: who gets which mail; every mistake is told at once."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from matcher.config.files import read_yaml
from matcher.config.mail_address import mail_address, one_line
from matcher.config.mistake_words import describe_validation_error, dotted, like
from matcher.config.mistaken import Mistaken, found_and_expected, told_at
from matcher.config.part_file import packaged_parts
from matcher.config.saved_searches import EXAMPLE, saved_searches
from matcher.config.scalars import MEANT, NO_LIST, NOTHING, meant
from matcher.errors import ConfigError, UsageError, shorten
from matcher.model.day import WEEKDAYS
from matcher.model.language import Language
from matcher.model.match import THRESHOLD
from matcher.model.role import Role
from matcher.model.subscription import NETWORK, Frequency, Subscriber
from matcher.text.saying import Saying, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from matcher.model.institute import Institute
    from matcher.model.part_table import PartTable
    from matcher.model.searched import SavedSearch

SUBSCRIBERS_FILE = "subscribers.yaml"

MAX_FILE_BYTES = 1_000_000


def _frequency(value: Any) -> Any:
    """`weekly: monday` is one key with a day; YAML 1.1 reads a bare `off` as false."""
    if meant(value) is False:
        return {"frequency": Frequency.OFF, "weekday": 0}
    if isinstance(value, str) and value.lower() in {"daily", "weekdays", "off"}:
        return {"frequency": Frequency(value.lower()), "weekday": 0}
    if isinstance(value, str) and (day := re.fullmatch(r"weekly[: ]+(\w+)", value.strip().lower())):
        value = {"weekly": day[1]}
    if isinstance(value, dict) and list(value) == ["weekly"] and str(value["weekly"]).lower() in WEEKDAYS:
        return {"frequency": Frequency.WEEKLY, "weekday": WEEKDAYS.index(str(value["weekly"]).lower())}
    raise Mistaken("daily, weekdays, off, or `weekly: ` with a day (weekly: monday)")


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(one_line)]

Identifier = Annotated[str, like(r"[a-z0-9][a-z0-9-]{0,59}", Saying("small letters, digits and hyphens, 60 at most"))]

Days = Annotated[int, Field(gt=0, le=365), MEANT]


class _ListEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _When(_ListEntry):
    frequency: Frequency
    weekday: int


class _Mute(_ListEntry):
    calls: list[Line] = []
    terms: list[Line] = []


class _Subscriber(_ListEntry):
    id: Annotated[Identifier | None, NOTHING] = None
    name: Line = ""
    address: Annotated[str, AfterValidator(mail_address)]
    language: Literal["fr", "en"] = "fr"
    institutes: Annotated[list[Line], NO_LIST] = []
    searches: Annotated[list[Any], NO_LIST] = []  # each read by itself, so that one wrong does not hide the others
    frequency: Annotated[_When, BeforeValidator(_frequency)] = _When(frequency=Frequency.WEEKDAYS, weekday=0)
    threshold: Annotated[Annotated[int, Field(ge=0, le=100)] | None, MEANT] = None
    programmes: list[Line] = []
    actions: list[Line] = []
    most: Annotated[int, Field(ge=1, le=200), MEANT] = 15
    reminders: list[Days] = [30, 14, 3]
    reminders_of_kept: bool = False
    mute: _Mute = _Mute()
    send_empty: Annotated[bool, MEANT] = False
    resurface: Annotated[bool, MEANT] = False
    group: Annotated[Literal["part"] | None, NOTHING] = None
    joint_bids: Annotated[bool, MEANT] = True
    role: Literal["reader", "officer", "network", "operator"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_kept(cls, entry: Any) -> Any:
        """`reminders: kept`, or `kept: [30, 14]`, asks for those of kept calls only."""
        value = entry.get("reminders") if isinstance(entry, dict) else None
        if isinstance(value, str) and value.strip().lower() == "kept":
            return {name: given for name, given in entry.items() if name != "reminders"} | {"reminders_of_kept": True}
        if isinstance(value, dict) and list(value) == ["kept"]:
            return entry | {"reminders": value["kept"], "reminders_of_kept": True}
        return entry

    @model_validator(mode="after")
    def _asks_something(self) -> _Subscriber:
        if not self.institutes and not self.searches:
            raise Mistaken("`institutes: [brgm]`, or `searches` with a list such as {example}", example=EXAMPLE)
        return self


class _SubscribersFile(_ListEntry):
    subscribers: Annotated[list[Any] | None, NOTHING] = None


def load_subscribers(
    config_dir: Path, institutes: Sequence[Institute], threshold: int = THRESHOLD, parts: PartTable | None = None
) -> tuple[Subscriber, ...]:
    """Every subscriber, in the order of the file; none when there is no file.

    Args:
        config_dir: the configuration's folder.
        institutes: those that may be named.
        threshold: the fit from which on calls are recommended to who sets no other.
        parts: programmes and their parts by name; by default those that ship with the product.

    Raises:
        ConfigError: with every mistake of the file.

    """
    subscribers, mistakes = read_subscribers(config_dir, institutes, threshold=threshold, parts=parts)
    if mistakes:
        raise ConfigError(mistakes)
    return subscribers


def read_subscribers(
    config_dir: Path,
    institutes: Sequence[Institute],
    *,
    unread: Collection[str] = (),
    threshold: int = THRESHOLD,
    parts: PartTable | None = None,
) -> tuple[tuple[Subscriber, ...], list[Saying]]:
    """The subscribers that are right, and every mistake of the file.

    `unread` are names of institutes that cannot be read themselves, and may be named all the same.
    """
    path = config_dir / SUBSCRIBERS_FILE
    if not path.exists():
        return (), []
    mistakes: list[Saying] = []
    entries = _entries(path, mistakes)
    names = _Names(institutes, unread)
    found = {}
    for number, entry in entries.items():
        known = [
            names.resolve(name, dotted("subscribers", number, "institutes", i), mistakes)
            for i, name in enumerate(entry.institutes)
        ]
        table, at = parts or packaged_parts(), dotted("subscribers", number)
        asked = _parts(entry.programmes, table, dotted(at, "programmes"), mistakes)
        spoken = Language(entry.language)
        searches = saved_searches(entry.searches, table, dotted(at, "searches"), spoken, mistakes)
        found[number] = _subscriber(entry, tuple(dict.fromkeys(known)), asked, threshold, searches)
    mistakes += _twice("id", {number: s.identifier for number, s in found.items()})
    mistakes += _twice("address", {number: s.address.casefold() for number, s in found.items()})
    return tuple(found.values()), [told_at(path, line) for line in mistakes]


def _entries(path: Path, mistakes: list[Saying]) -> dict[int, _Subscriber]:
    """The entries of the file by their place, less what is wrong in them, which is told."""
    try:
        raw = read_yaml(path, MAX_FILE_BYTES, Saying("the key `subscribers` with a list"), may_be_empty=True)
        listed = _SubscribersFile.model_validate(raw).subscribers or []
    except ValidationError as error:
        mistakes += describe_validation_error(error)
        return {}
    except Mistaken as error:
        mistakes.append(error.saying)
        return {}
    entries = {number: _entry(entry, number, mistakes) for number, entry in enumerate(listed)}
    return {number: entry for number, entry in entries.items() if entry is not None}


def _entry(raw: Any, number: int, mistakes: list[Saying]) -> _Subscriber | None:
    try:
        return _Subscriber.model_validate(raw)
    except ValidationError as error:
        mistakes += describe_validation_error(error, ("subscribers", number))
        wrong = {detail["loc"][0] for detail in error.errors(include_url=False) if detail["loc"]}
    if not isinstance(raw, dict):
        return None
    # So that the rest can be looked at; what stands in place of a missing address is nobody else's.
    stand_in = {"institutes": [NETWORK], "address": f"entry-{number}@localhost"}
    right = {key: value for key, value in raw.items() if key not in wrong and value not in (None, [])}
    return _Subscriber.model_validate(stand_in | right)


def find_subscriber(subscribers: Iterable[Subscriber], name: str) -> Subscriber:
    """The subscriber of that id or address, in any case; the message names near ones.

    Raises:
        UsageError: when there is none.

    """
    listed = list(subscribers)
    wanted = name.strip().casefold()
    for subscriber in listed:
        if wanted in {subscriber.identifier, subscriber.address.casefold()}:
            return subscriber
    near = get_close_matches(wanted, [s.identifier for s in listed], n=3, cutoff=0.5)
    hint = did_you_mean(near) if near else Saying("they are in {file}.", file=SUBSCRIBERS_FILE)
    raise UsageError("No subscriber is called {name}: {hint}", name=shorten(name), hint=hint)


def subscriber_at(subscribers: Iterable[Subscriber], address: str) -> Subscriber | None:
    """The subscriber whose mails go to an address, in any case; an id is none.

    All are looked at and nothing is guessed, so that how long it takes tells nobody who is subscribed.
    """
    wanted = address.strip().casefold()
    return next(iter([one for one in subscribers if one.address.casefold() == wanted]), None)


def resolve_institute(name: str, institutes: Sequence[Institute]) -> str:
    """What a name stands for, spelled as in `subscribers.yaml`: an institute, `id/lab`, or `*`.

    Raises:
        UsageError: when it stands for nothing; names near ones.

    """
    known = _Names(institutes)
    if not known.has(name):
        near = known.near(name)
        hint = did_you_mean(near) if near else Saying("`matcher institutes` lists them.")
        raise UsageError("No institute and no lab is called {name}: {hint}", name=shorten(name), hint=hint)
    return known.resolve(name, "institute", [])


class _Names:
    """What `institutes` may hold: ids or acronyms, `id/lab name`, `*`; in any case.

    Of institutes in `unread` nothing else is known, so that any lab may be theirs.
    """

    def __init__(self, institutes: Iterable[Institute], unread: Collection[str] = ()) -> None:
        self._unread = unread
        self._known = {NETWORK: NETWORK}
        for institute in institutes:
            for spelled in (institute.identifier, institute.acronym.casefold()):
                self._known.setdefault(spelled, institute.identifier)
                for lab in institute.labs:
                    self._known.setdefault(f"{spelled}/{lab.name.casefold()}", f"{institute.identifier}/{lab.name}")

    def resolve(self, name: str, key: str, mistakes: list[Saying]) -> str:
        if not self.has(name):
            near = self.near(name)
            hint = Saying(" ({meant})", meant=did_you_mean(map(repr, near))) if near else ""
            expected = Saying('the id of an institute, id/lab, or "*"')
            mistakes.append(told_at(key, found_and_expected(name, expected, hint)))
        return self._known.get(name.casefold(), name)

    def has(self, name: str) -> bool:
        wanted = name.casefold()
        return wanted in self._known or wanted.partition("/")[0] in self._unread

    def near(self, name: str) -> list[str]:
        """Names like one that stands for nothing."""
        names = [known for known in self._known if known != NETWORK]
        near = get_close_matches(name.casefold(), names, n=6, cutoff=0.5)
        return list(dict.fromkeys(self._known[one] for one in near))[:3]  # by its id and by its acronym is one


def _twice(key: str, values: Mapping[int, str]) -> list[Saying]:
    """What to tell of each value that stood before; `values` are by their places in the list."""
    first: dict[str, int] = {}
    return [
        told_at(
            dotted("subscribers", number, key),
            Saying("found {found} a second time, expected another {key}", found=shorten(value), key=key),
        )
        for number, value in values.items()
        if first.setdefault(value, number) != number
    ]


def _parts(names: Iterable[str], table: PartTable, key: str, mistakes: list[Saying]) -> tuple[str, ...]:
    """The parts of programmes that names mean."""
    found = []
    for number, name in enumerate(names):
        try:
            found.append(table.named(name).identifier)
        except UsageError as error:
            mistakes.append(told_at(dotted(key, number), error.saying))
    return tuple(dict.fromkeys(found))


def _subscriber(
    p: _Subscriber,
    institutes: tuple[str, ...],
    programmes: tuple[str, ...],
    threshold: int,
    searches: Iterable[SavedSearch],
) -> Subscriber:
    local = p.address.rpartition("@")[0]
    actions = tuple(x.upper() for x in p.actions)
    return Subscriber(
        identifier=p.id or _slug(p.name) or _slug(local) or "subscriber",
        name=p.name or local,
        address=p.address,
        language=Language(p.language),
        institutes=institutes,
        frequency=p.frequency.frequency,
        weekday=p.frequency.weekday,
        threshold=threshold if p.threshold is None else p.threshold,
        programmes=programmes,
        actions=actions,
        most=p.most,
        reminders=tuple(sorted(set(p.reminders), reverse=True)),
        reminders_of_kept=p.reminders_of_kept,
        mute_calls=tuple(p.mute.calls),
        mute_terms=tuple(p.mute.terms),
        send_empty=p.send_empty,
        resurface=p.resurface,
        role=Role(p.role) if p.role else Role.NETWORK if NETWORK in institutes else Role.OFFICER,
        joint_bids=p.joint_bids,
        by_part=p.group == "part",
        searches=tuple(search.narrowed(programmes, actions) for search in searches),
    )


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
