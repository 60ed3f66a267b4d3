"""What institutes decided on calls, in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.api.call_frames import CallFrames, DayLike, Words, day_of
from matcher.errors import UsageError, shorten
from matcher.model.decision import STATES, Act, DecisionQuestion, Order
from matcher.model.question import listed

if TYPE_CHECKING:
    import pandas as pd


class DecisionFrames(CallFrames):
    """Lists what was decided, and decides, as `matcher decisions` and its commands do."""

    _writable = False

    def decisions(
        self, institute: str | None = None, *, state: Words = (), since: DayLike | None = None
    ) -> pd.DataFrame:
        """What an institute decided on calls, or every institute: no person is named there, nor any note.

        Args:
            institute: identifier or acronym.
            state: `keep`, `dismiss`, `assigned`, `preparing`, `applied`, `won`, `lost`: one or several.
            since: decided from this day on.

        Returns:
            (decisions and notes, `matcher.present.frames.DECISION_COLUMNS`)

        Example:
            >>> session.decisions("brgm").empty
            True
        """
        from matcher.app.decision_copy import listing
        from matcher.present.frames import decisions_frame

        states = frozenset(listed(state))
        if unknown := sorted(states - {*STATES}):
            raise UsageError(f"No state is called {shorten(unknown[0])}; there are {', '.join(STATES)}.")
        question = DecisionQuestion(institute, states, day_of(since), self._as_of)
        return self._labelled(decisions_frame(listing(self._home, question)))

    def decide(  # noqa: PLR0913 (keywords that people type; inside they are one Order)
        self,
        institute: str,
        calls: Words,
        act: str,
        value: str | None = None,
        *,
        detail: str | None = None,
        undo: bool = False,
        by: str | None = None,
    ) -> pd.DataFrame:
        """Keep what an institute makes of calls, of all of them or of none; what its decisions are now.

        Args:
            institute: identifier or acronym.
            calls: one topic identifier, or several.
            act: `keep`, `dismiss`, `assign`, `note` or `state`.
            value: the reason, to whom, the text, or the state.
            detail: the call that a duplicate repeats; the number of the project that was won.
            undo: take it back.
            by: who decides; the setting `user`, else the login name.

        Returns:
            What `decisions(institute)` gives then.

        Raises:
            UsageError: when the session only reads, for what nobody knows, and where nothing is there to take back.

        Example:
            >>> session.decide("brgm", "HORIZON-CL6-2026-01-CIRCBIO-03", "dismiss", "no capacity")
            Traceback (most recent call last):
            matcher.errors.UsageError: This session only reads: open it with matcher.open(writable=True) to decide.
        """
        from matcher.app.decisions.deciding import decide

        self._must_write("decide")
        acts = [one for one in Act if one is not Act.CLEAR]
        if act not in acts:
            raise UsageError(f"Nothing is called {act!r}; there are {', '.join(acts)}.")
        order = Order.of(Act(act), value, detail, undo=undo, by=by)
        decide(self._home, institute, listed(calls), order, as_of=self._as_of)
        return self.decisions(institute)

    def outcomes(self, institute: str | None = None) -> pd.DataFrame:
        """What became of calls, for an institute or the network, by part of the programme and year.

        Returns:
            (parts and years, `matcher.present.frames.OUTCOME_COLUMNS`)

        Example:
            >>> int(session.outcomes()["kept"].sum())
            0
        """
        from dataclasses import asdict

        from matcher.app.decisions.decision_summary import summary
        from matcher.present.frames import OUTCOME_COLUMNS, tidy

        found = summary(self._home, institute, as_of=self._as_of)
        return self._labelled(tidy(map(asdict, found.counts), OUTCOME_COLUMNS))

    def dismissals(self, institute: str | None = None) -> pd.Series[int]:
        """How often each reason for a dismissal was given, most often first.

        Returns:
            (reasons) counts, by reason.

        Example:
            >>> session.dismissals().empty
            True
        """
        import pandas as pd

        from matcher.app.decisions.decision_summary import summary

        found = summary(self._home, institute, as_of=self._as_of).reasons
        return pd.Series(found, index=pd.Index(list(found), name="reason", dtype="string"), name="times", dtype="int64")

    def learned(self, institute: str) -> pd.DataFrame:
        """What an institute's list learned from its decisions: terms that lift a call, and terms that lower it.

        Returns:
            (terms, 2) `term` and `weight`, above 0 where kept calls have it, below where dismissed ones do.

        Example:
            >>> session.learned("brgm").empty
            True
        """
        from matcher.app.decisions.learned_list import learned
        from matcher.present.frames import tidy

        found = learned(self._home, institute, as_of=self._as_of)
        terms = sorted(found.terms, key=lambda one: -one[1]) if found.used else []
        rows = ({"term": term, "weight": weight} for term, weight in terms)
        return self._labelled(tidy(rows, {"term": "string", "weight": "float64"}))

    def reliability(self) -> pd.DataFrame:
        """Whether fit is true here: of the calls that institutes decided on, by their fits, how many were kept.

        Fits are as they are today, without what lists learned; dismissals for other reasons than the field say nothing.

        Returns:
            (fits, `matcher.present.frames.RELIABILITY_COLUMNS`), a row from each fit to the next.

        Example:
            >>> session.reliability()["decided"].tolist()
            [0, 0, 0, 0, 0]
        """
        from matcher.app.kept_index import current_index
        from matcher.app.measuring.fit_check import judged_fits
        from matcher.present.frames import reliability_frame

        index = current_index(self._home)
        day = self._home.day(self._as_of, index).date
        return self._labelled(reliability_frame(judged_fits(self._home, index, day)))

    def _must_write(self, what: str) -> None:
        if not self._writable:
            raise UsageError(f"This session only reads: open it with matcher.open(writable=True) to {what}.")
