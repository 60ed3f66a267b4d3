"""Joint bids of the network: which institutes cover a call together, and whether they ever worked together."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from matcher.app.kept_index import current_index
from matcher.app.own_projects import whole_projects
from matcher.errors import StoreMissing
from matcher.model.consortium import Bid, Bids, Together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from matcher.app.home import Home
    from matcher.ranking.bids import Cover
    from matcher.store.projects import Projects


def bids(home: Home, *, top: int = 20, as_of: date | None = None) -> Bids:
    """The best joint bids among the live calls; from `digest.threshold` on an institute counts as suited."""
    from matcher.ranking.bids import covers

    index = current_index(home)
    day = home.day(as_of, index)
    found = covers(index, day.date, home.settings.digest.threshold, top)
    edges = index.arrays["passage_edges"]
    shared = _shared(home, found)
    told = tuple(
        Bid(
            index.call(one.row),
            one.members,
            one.cover,
            len(one.gaps),
            int(edges[one.row + 1] - edges[one.row]),
            None if shared is None else tuple(_of(one, shared)),
        )
        for one in found
    )
    return Bids(day.date, told, day.sample)


def _of(cover: Cover, shared: Mapping[frozenset[str], tuple[str, ...]]) -> Iterator[Together]:
    for first, second in combinations([member.institute for member in cover.members], 2):
        if projects := shared.get(frozenset({first, second})):
            yield Together((first, second), projects)


def _shared(home: Home, found: Iterable[Cover]) -> dict[frozenset[str], tuple[str, ...]] | None:
    """Two institutes → the projects that both were in; None where none are known."""
    pairs = {frozenset(pair) for one in found for pair in combinations([m.institute for m in one.members], 2)}
    try:
        with home.open_store(read_only=True) as store:
            if not store.projects.counts().projects:
                return None
            own = {name: _numbers(home, store.projects, name) for name in {name for pair in pairs for name in pair}}
            common = {pair: frozenset.intersection(*(own[name] for name in pair)) for pair in pairs}
            names = {p.identifier: p.name for p in store.projects.named(n for both in common.values() for n in both)}
    except StoreMissing:
        return None
    return {pair: tuple(names[n] for n in sorted(both) if n in names) for pair, both in common.items()}


def _numbers(home: Home, kept: Projects, name: str) -> frozenset[str]:
    """The projects of an institute's own; two institutes of one host did not meet there."""
    return frozenset(whole_projects(kept, home.institute(name)))
