"""How one gets into a call, as frames: its terms of entry, what came before it, with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.api.labels import labelled, warn_of
from matcher.api.project_frames import ProjectFrames
from matcher.app.answering import project_history, questions
from matcher.app.kept_index import current_index
from matcher.errors import IndexMissing, UsageError, shorten
from matcher.model.consortium import OrganisationType, PartnerQuestion
from matcher.model.question import listed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd

    from matcher.app.home import Home


class EntryFrames(ProjectFrames):
    """Terms of entry of one store's calls."""

    def __init__(self, home: Home, as_of: date | None) -> None:
        super().__init__(home)
        self._as_of = as_of

    @property
    def sample(self) -> str | None:
        """The label of the packaged sample listing, when that is what is answered from; None for real calls."""
        label: str | None = current_index(self._home).meta["sample"]
        return label

    def _labelled(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame, marked where the sample answers; a session that may write can have nothing to answer from."""
        try:
            return labelled(frame, self.sample)
        except IndexMissing:
            return frame

    def terms(self, call: str) -> pd.DataFrame:
        """The terms of entry of a call: who may apply, at which rate, in what form, each with its source.

        Returns:
            (terms that are known, `matcher.present.frames.TERMS_COLUMNS`), in the order in which they are shown.

        Example:
            >>> session.terms("HORIZON-CL6-2026-01-CIRCBIO-03").set_index("term")["value"]["who"]
            'consortium'
        """
        from matcher.present.frames import terms_of_entry_frame

        shown = questions.show(self._home, call, as_of=self._as_of)
        return labelled(terms_of_entry_frame(shown.call.terms), shown.sample)

    def predecessors(self, call: str) -> pd.DataFrame:
        """The closed calls that a call continues, best first, with the projects that they led to.

        Returns:
            (predecessors, `matcher.present.frames.PREDECESSOR_COLUMNS`). Raises UsageError before projects are there.

        Example:
            >>> found = session.predecessors("HORIZON-CL6-2026-01-CIRCBIO-03")
            >>> found.columns[:5].tolist()
            ['call', 'title', 'score', 'reasons', 'projects']
        """
        from matcher.present.frames import predecessors_frame

        return predecessors_frame(project_history.predecessors(self._home, call, as_of=self._as_of).found)

    def partners(
        self,
        call: str,
        institute: str,
        *,
        country: str | Iterable[str] = (),
        kind: str | Iterable[str] = (),
        leaders: bool = False,
        top: int = 20,
    ) -> pd.DataFrame:
        """Organisations to answer a call with, best first, out of CORDIS's projects.

        Args:
            call: topic identifier.
            institute: who looks for partners.
            country: the EU's codes of countries (`DE`, `EL`).
            kind: RTO, university, company (or SME, large), public or other.
            leaders: first those that coordinated a project like the call.
            top: how many at most.

        Returns:
            (partners, `matcher.present.frames.PARTNER_COLUMNS`). Raises UsageError before projects were fetched.

        Example:
            >>> found = session.partners("HORIZON-CL6-2026-01-CIRCBIO-03", "brgm", country="IT", top=1)
            >>> found[["rank", "country"]].to_dict("records")
            [{'rank': 1, 'country': 'IT'}]
        """
        from matcher.app.answering import partnering
        from matcher.present.frames import partners_frame

        known = {one.value for one in OrganisationType}
        if wrong := sorted(set(listed(kind)) - known):
            raise UsageError(
                f"No kind of organisation is called {shorten(wrong[0])}; there are {', '.join(sorted(known))}."
            )
        question = PartnerQuestion(
            call,
            institute,
            frozenset(code.upper() for code in listed(country)),
            frozenset(map(OrganisationType, listed(kind))),
            leaders,
            top,
            self._as_of,
        )
        return partners_frame(partnering.partners(self._home, question).found)

    def bids(self, *, top: int = 20, decided: bool | None = None) -> pd.DataFrame:
        """Joint bids of the network: institutes that cover together what a call asks for, best first.

        Args:
            top: how many at most.
            decided: only those for calls on which some institute decided (False: on which none did).

        Returns:
            (joint bids, `matcher.present.frames.BID_COLUMNS`)

        Example:
            >>> session.bids(top=3).columns[:3].tolist()
            ['call', 'title', 'institutes']
        """
        from matcher.app.answering import bidding
        from matcher.present.frames import bids_frame

        found = bidding.bids(self._home, top=top, is_decided=decided, as_of=self._as_of)
        warn_of(found.problems)
        return labelled(bids_frame(found.found), found.sample)
