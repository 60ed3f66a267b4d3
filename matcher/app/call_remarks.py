"""What a mail says of a call beside its matches: who of the network won its predecessor, who covers it together."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from matcher.app.project_history import won_before

if TYPE_CHECKING:
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

    def won(self, call: str) -> WonBefore | None:
        """What the network won of the call that this one continues."""
        if call not in self._won:
            self._won[call] = won_before(self._home, self._store, self._index, call, self._day)
        return self._won[call]

    def together(self, call: str) -> tuple[BidMember, ...]:
        """The institutes that cover a call together, who fits best first; () where one alone does, or none."""
        return self._bids.get(call, ())

    @cached_property
    def _bids(self) -> dict[str, tuple[BidMember, ...]]:
        from matcher.ranking.bids import covers

        found = covers(self._index, self._day, self._home.settings.digest.threshold, len(self._index))
        return {self._index.call(one.row).identifier: one.members for one in found}
