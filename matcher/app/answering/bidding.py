"""Joint bids of the network: who covers a call together, who worked together or led before, who could fill the gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from matcher.app.answering.project_history import consortia, past_of
from matcher.app.decision_copy import decided
from matcher.app.kept_index import current_index
from matcher.app.mishaps import Mishaps, unsuited
from matcher.app.own_projects import whole_projects
from matcher.errors import UsageError
from matcher.model.consortium import Bid, Bids, Led, Outsider, Together
from matcher.model.institute import Take
from matcher.model.programmes import programme_part
from matcher.model.question import CallFilter
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.decision import Decided
    from matcher.ranking.index import Index
    from matcher.ranking.network.bids import Cover
    from matcher.ranking.network.consortia import Consortia
    from matcher.store.database import Store


def bids(home: Home, *, top: int = 20, is_decided: bool | None = None, as_of: date | None = None) -> Bids:
    """The best joint bids among the live calls; from `digest.threshold` on an institute counts as suited.

    With `is_decided`: only those for calls on which some institute decided, or none did.
    """
    index = current_index(home)
    day = home.day(as_of, index)
    known, mishaps = decided(home, day.date), Mishaps()
    found = covers(index, day.date, home.settings.digest.threshold, known, mishaps)
    if is_decided is not None:
        made = known.calls()
        found = [cover for cover in found if (index.call(cover.row).identifier in made) is is_decided]
    found = found[:top]
    try:
        with past_of(home) as (store, _):
            told = bids_of(home, store, index, day.date, found, mishaps)
    except UsageError:  # before any project was fetched
        told = [_bid(index, one) for one in found]
    listed = tuple(replace(bid, decisions=known.about(bid.call.identifier)) for bid in told)
    return Bids(day.date, listed, day.sample, tuple(mishaps.problems))


def covers(index: Index, day: date, threshold: int, decided: Decided, mishaps: Mishaps) -> list[Cover]:
    """The joint bids of a day, best first: calls open to research that suit two institutes, each adding something.

    Who follows a call is in its bid whatever he fits and adds; who dismissed it is in none.
    """
    from matcher.ranking.network.bids import by_call, followers, open_to_research, suiting
    from matcher.ranking.scores.asked import reads_closely

    rows = open_to_research(index, day)
    everything = not reads_closely(index, CallFilter(), day)
    suited, _ = mishaps.each(
        lambda name: suiting(index, name, rows, threshold, decided.of(name), everything=everything),
        index.profiles,
        unsuited,
    )
    return covers_of(index, by_call(suited), followers(decided), mishaps)


def covers_of(
    index: Index,
    suited: Mapping[int, Mapping[str, int]],
    followed: Mapping[str, Collection[str]],
    mishaps: Mishaps,
) -> list[Cover]:
    """The joint bids for calls by their rows, best first; `suited` are the institutes of each with the fit for them,
    `followed` those that follow it.
    """
    from matcher.ranking.network.bids import Covering, best_first

    covering = Covering(index, followed)
    covered, _ = mishaps.each(
        lambda row: covering.cover(row, suited[row]),
        suited,
        lambda row: Saying("The joint bid for {call} could not be put together", call=index.call(row).identifier),
    )
    return best_first(covered.values())


def bids_of(home: Home, store: Store, index: Index, day: date, covers: Sequence[Cover], mishaps: Mishaps) -> list[Bid]:
    """The joint bids of covers, with what the network did before as far as the store has projects.

    One whose past fails to be told is without it.
    """
    if not store.projects.counts().projects:
        return [_bid(index, cover) for cover in covers]
    past = _NetworkPast(home, index, day, store, consortia(home, store))
    told, _ = mishaps.each(past.told, covers, past.untold)
    return [told.get(cover) or _bid(index, cover) for cover in covers]


def _bid(index: Index, cover: Cover) -> Bid:
    edges = index.arrays["passage_edges"]
    passages = int(edges[cover.row + 1] - edges[cover.row])
    return Bid(index.call(cover.row), cover.members, cover.cover, len(cover.gaps), passages, overlaps=cover.overlaps)


@dataclass
class _NetworkPast:
    """What the network did, as far as CORDIS's projects tell it."""

    home: Home
    index: Index
    day: date
    store: Store
    consortia: Consortia

    def told(self, cover: Cover) -> Bid:
        """A bid with what is known of the past of its members, and of others."""
        bid = _bid(self.index, cover)
        names = [member.institute for member in bid.members]
        part = programme_part(bid.call.identifier)
        led = tuple(one for name in names if (one := self._led(name, part)).projects)
        return replace(bid, together=tuple(self._together(names)), led=led, outside=tuple(self._outside(cover)))

    def untold(self, cover: Cover) -> Saying:
        """What is said where that fails."""
        call = self.index.call(cover.row).identifier
        return Saying("What the members of the joint bid for {call} did before could not be looked up", call=call)

    def _together(self, names: Iterable[str]) -> Iterator[Together]:
        """The pairs that were in projects of their own together: two institutes of one host did not meet there."""
        own = {name: set(whole_projects(self.store.projects, self.home.institute(name))) for name in names}
        for first, second in combinations(own, 2):
            if projects := self._names(sorted(own[first] & own[second])):
                yield Together((first, second), projects)

    def _led(self, name: str, part: str) -> Led:
        past = self.consortia
        rows = past.led_by(self._positions(self.home.institute(name).pics(Take.ALL)), self.day)
        topics = [past.topics[row] for row in rows]
        return Led(name, len(topics), sum(programme_part(topic) == part for topic in topics), part)

    def _outside(self, cover: Cover) -> Iterator[Outsider]:
        from matcher.ranking.network.gaps import fillings

        past = self.consortia
        if not past.is_background_of(self.index):
            return
        for one in fillings(self.index, cover, past, self._network, self.day):
            pic, name, country, code = past.organisation(one.organisation)
            kind = past.kind(one.organisation) or code
            yield Outsider(pic, name, country, kind, self._names(past.numbers_at(one.rows)))

    def _names(self, numbers: Sequence[str]) -> tuple[str, ...]:
        """What people call these projects, in this order."""
        known = {project.identifier: project.name for project in self.store.projects.named(numbers)}
        return tuple(known[number] for number in numbers if number in known)

    def _positions(self, pics: Iterable[str]) -> list[int]:
        return [place for pic in pics if (place := self.consortia.position(pic)) is not None]

    @cached_property
    def _network(self) -> list[int]:
        """Every legal entity that carries an institute."""
        return self._positions(pic for one in self.home.institutes for take in Take for pic in one.pics(take))
