"""What a mail says of a call beside its matches: who of the network won its predecessor, who could win it together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.answering.bidding import bids_of
from matcher.app.answering.project_history import won_before
from matcher.model.terms import Audience

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.consortium import Bid, WonBefore
    from matcher.ranking.index import Index
    from matcher.ranking.network.bids import Cover
    from matcher.store.database import Store


class CallRemarks:
    """Answers for the calls of a day's mails, each once however many mails tell of it."""

    def __init__(self, home: Home, store: Store, index: Index, day: date) -> None:
        self._home = home
        self._store = store
        self._index = index
        self._day = day
        self._won: dict[str, WonBefore | None] = {}

    def won(self, call: str) -> WonBefore | None:
        """What the network won of the call that this one continues."""
        if call not in self._won:
            self._won[call] = won_before(self._home, self._store, self._index, call, self._day)
        return self._won[call]

    def covers(self, suited: Mapping[str, Mapping[str, int]], followed: Mapping[str, Collection[str]]) -> list[Cover]:
        """The joint bids for live calls that are open to research, best first.

        `suited` are the institutes of each, `followed` those of them that follow it.
        """
        from matcher.ranking.network.bids import covers_of

        rows = {row: fits for call, fits in suited.items() if (row := self._index.row(call)) is not None}
        live = set(self._index.live_rows(self._day))
        ours = {row: fits for row, fits in rows.items() if row in live and self._is_open(row)}
        return covers_of(self._index, ours, followed)

    def bids(self, covers: Iterable[Cover]) -> Sequence[Bid]:
        """The same with what the network did before."""
        return bids_of(self._home, self._store, self._index, self._day, covers)

    def _is_open(self, row: int) -> bool:
        return self._index.call(row).terms.closed_to(Audience.RESEARCH) is None
