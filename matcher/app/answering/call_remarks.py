"""What a mail says of a call beside its matches: who of the network won its predecessor, who could win it together."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from matcher.app.answering.bidding import bids_of, covers_of
from matcher.app.answering.project_history import consortia, won_before
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from matcher.app.home import Home
    from matcher.app.mishaps import Mishaps
    from matcher.model.consortium import Bid, WonBefore
    from matcher.ranking.index import Index
    from matcher.ranking.network.bids import Cover
    from matcher.ranking.network.consortia import Consortia
    from matcher.store.database import Store


class CallRemarks:
    """Answers for the calls of a day's mails, each once however many mails tell of it."""

    def __init__(self, home: Home, store: Store, index: Index, day: date, mishaps: Mishaps) -> None:
        self._home = home
        self._store = store
        self._index = index
        self._day = day
        self._mishaps = mishaps
        self._won: dict[str, WonBefore | None] = {}

    def won(self, call: str) -> WonBefore | None:
        """What the network won of the call that this one continues."""
        if call not in self._won:
            self._won[call] = self._mishaps.one(lambda: self._won_before(call), _unknown_past(call))
        return self._won[call]

    def _won_before(self, call: str) -> WonBefore | None:
        if self._past is None:
            return None
        return won_before(self._home, self._store, self._index, self._past, call, self._day)

    @cached_property
    def _past(self) -> Consortia | None:
        """Who was in which project, opened once for all calls of a day; None where the store has no project."""
        return consortia(self._home, self._store) if self._store.projects.counts().projects else None

    def covers(self, suited: Mapping[str, Mapping[str, int]], followed: Mapping[str, Collection[str]]) -> list[Cover]:
        """The joint bids for live calls that are open to research, best first.

        `suited` are the institutes of each, `followed` those of them that follow it.
        """
        from matcher.ranking.network.bids import open_to_research

        may_enter = set(open_to_research(self._index, self._day))
        ours = {row: fits for call, fits in suited.items() if (row := self._index.row(call)) in may_enter}
        return covers_of(self._index, ours, followed, self._mishaps)

    def bids(self, covers: Sequence[Cover]) -> Sequence[Bid]:
        """The same with what the network did before."""
        return bids_of(self._home, self._store, self._index, self._day, covers, self._mishaps)


def _unknown_past(call: str) -> Saying:
    return Saying("What the network won before {call} could not be looked up", call=call)
