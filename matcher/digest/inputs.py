"""What a day's digests are made of, gathered before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from matcher.digest.verdicts import Verdicts
from matcher.model.subscription import NETWORK, Freshness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from matcher.model.changes import Change
    from matcher.model.match import Away, Match
    from matcher.model.outcomes import RunRecord
    from matcher.model.searched import SavedSearch
    from matcher.model.subscription import Delivered, Standing, Subscriber
    from matcher.store.database import Store


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a day's digests are made of, as one subscriber sees it.

    `matches` are by institute (and `institute/lab`), best first: live calls, and those that were delivered and are
    over. `found` are those by saved search: what it finds (`pinned`), and calls that were delivered and that it finds
    no more. `away` are the calls that an institute's excluded terms keep away. `failed` are the institutes, labs and
    searches that could not be worked out, with a sentence on why: they are in none of these.
    `changes` are by call, and so is when each was `first_seen`; `since` is the day of this subscriber's last mail and
    `standing` what that left untold; `muted` are the calls that are about a term which this subscriber muted, with that
    term.
    """

    day: date
    matches: Mapping[str, Sequence[Match]]
    names: Mapping[str, str]
    health: Freshness
    changes: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    runs: tuple[RunRecord, ...] = ()
    delivered: Mapping[str, Delivered] = field(default_factory=dict)
    verdicts: Verdicts = field(default_factory=Verdicts)
    since: date | None = None
    away: Mapping[str, Sequence[Away]] = field(default_factory=dict)
    muted: Mapping[str, str] = field(default_factory=dict)
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    standing: Standing | None = None
    found: Mapping[SavedSearch, Sequence[Match]] = field(default_factory=dict)
    failed: Mapping[str | SavedSearch, str] = field(default_factory=dict)

    @property
    def network(self) -> tuple[str, ...]:
        """The institutes, without labs."""
        return tuple(key for key in self.matches if "/" not in key)


def for_subscriber(inputs: Inputs, store: Store, subscriber: Subscriber) -> Inputs:
    """The inputs, and what this subscriber was told before its day."""
    name, day = subscriber.identifier, inputs.day
    return replace(
        inputs,
        delivered=store.told.delivered(name, before=day),
        since=store.told.last_day(name, before=day),
        standing=store.told.standing(name, before=day),
    )


def keys_of(subscriber: Subscriber, inputs: Inputs) -> tuple[str, ...]:
    """The institutes and labs whose matches a subscriber gets; all institutes for the network."""
    named = [inputs.network if name == NETWORK else (name,) for name in subscriber.institutes]
    return tuple(dict.fromkeys(key for keys in named for key in keys))
