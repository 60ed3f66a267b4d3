"""What a mail says of a call beside its matches: who of the network won its predecessor, who covers it together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.project_history import won_before

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.consortium import BidMember, WonBefore
    from matcher.ranking.index import Index
    from matcher.store.database import Store


class CallRemarks:
    """Answers for the calls of a day's mails, each once however many mails tell of it."""

    def __init__(self, home: Home, store: Store, index: Index, day: date) -> None:
        self._home = home
        self._store = store
        self._index = index
        self._day = day
        self._won: dict[str, WonBefore | None] = {}
        self._together: dict[str, tuple[BidMember, ...]] = {}

    def won(self, call: str) -> WonBefore | None:
        """What the network won of the call that this one continues."""
        if call not in self._won:
            self._won[call] = won_before(self._home, self._store, self._index, call, self._day)
        return self._won[call]

    def together(self, call: str, suited: Mapping[str, int]) -> tuple[BidMember, ...]:
        """Of the institutes that a call suits (by their fit), those that cover it together, who begins first; () where
        one alone does, or none.
        """
        from matcher.ranking.bids import covers_of

        row = self._index.row(call)
        if call not in self._together and row is not None:
            found = covers_of(self._index, {row: suited})
            self._together[call] = found[0].members if found else ()
        return self._together.get(call, ())
