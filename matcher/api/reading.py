"""What is asked of one store in Python: calls, matches, profiles, the network, mails, the state of the watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from matcher.api.call_frames import DayLike, Words, day_of, question_of
from matcher.api.decision_frames import DecisionFrames
from matcher.api.drafts import Draft, new_institute
from matcher.api.labels import labelled, warn_of
from matcher.api.results import Matches, Page, Why
from matcher.app.answering import joint_ranking, questions
from matcher.app.kept_index import current_index
from matcher.errors import UsageError
from matcher.model.match import THRESHOLD
from matcher.model.question import CallFilter, Question, check_limits, listed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd

    from matcher.api.network import Network


class Questions(DecisionFrames):
    """Answers questions about calls, matches and profiles from one store, as the command line does; it only reads."""

    @property
    def as_of(self) -> date:
        """The day that every answer is judged on."""
        return self._home.day(self._as_of, current_index(self._home)).date

    # questions

    def rank(  # noqa: PLR0913 (keywords that people type; inside they are one Question)
        self,
        institute: str | Iterable[str] | None = None,
        *,
        text: str | None = None,
        top: int | None = None,
        min_fit: int | None = None,
        status: Words = "live",
        programme: Words = (),
        action: Words = (),
        deadline_before: DayLike | None = None,
        deadline_after: DayLike | None = None,
        open_to: Literal["research", "sme", "any"] | None = None,
        decided: bool | None = None,
    ) -> Matches:
        """The best calls for an institute, for several as one list, or for any text, French or English.

        Args:
            institute: identifier or acronym (`brgm`, `CEA-Leti`), a lab as `institute/lab`, or several: each call once,
                the best fit first, and `fits` has those for each.
            text: rank for this instead of for an institute.
            top: how many at most; `ranking.top` of the settings by default.
            min_fit: leave out matches below this fit, 0-100.
            status: `live`, `all`, or one or several of forthcoming, open, closed, withdrawn.
            programme: programmes or parts of them by any name (`HORIZON`, `EIC`, `soil mission`).
            action: types of action (`RIA`, `HORIZON-CSA`).
            deadline_before: the next deadline is before this day.
            deadline_after: the next deadline is after this day.
            open_to: only calls that these may enter; by default what research may not enter stands apart, last.
            decided: only calls that the institute decided on, or (False) that it did not.

        Raises:
            UsageError: for an unknown institute or status, or when not exactly one of `institute`, `text` is given.

        Example:
            >>> session.rank("brgm", top=2).frame[["rank", "fit", "call"]]
               rank  fit                                  call
            0     1  ...
            1     2  ...
            >>> session.rank(text="recyclage des batteries", action="RIA", top=1)[0].call.identifier
            'HORIZON-CL5-2026-09-D2-01'
            >>> session.rank(["brgm", "mines"], top=5).fits.columns.tolist()
            ['brgm', 'mines']
        """
        if (institute is None) == (text is None):
            raise UsageError("Say what to rank for: an institute, or text=….")
        question = question_of(
            listed(institute) if institute is not None else text,
            explain=True,
            top=top,
            min_fit=min_fit,
            as_of=self._as_of,
            status=status,
            programme=programme,
            action=action,
            deadline_before=deadline_before,
            deadline_after=deadline_after,
            open_to=open_to,
            decided=decided,
        )
        if institute is None or isinstance(institute, str):
            return Matches(questions.rank(self._home, question))
        found = joint_ranking.together(self._home, question)
        warn_of(found.problems)
        return Matches.of_several(found)

    def why(self, institute: str, call: str, *, top: int | None = None, min_fit: int | None = None) -> Why:
        """Why a call was, or was not, recommended to an institute. Raises UsageError when either is unknown.

        Example:
            >>> session.why("brgm", "HORIZON-CL6-2026-01-CIRCBIO-03")
            HORIZON-CL6-2026-01-CIRCBIO-03 for brgm: recommended, rank 3 of 137, fit 72 [packaged sample, ...]
        """
        return Why(questions.why(self._home, Question((institute,), top=top, min_fit=min_fit, as_of=self._as_of), call))

    def show(self, call: str, institute: str | None = None) -> Page:
        """A call in full, with its evidence for an institute. Raises UsageError when it is unknown.

        Example:
            >>> session.show("HORIZON-CL6-2026-01-CIRCBIO-03", "brgm").match.fit
            72
        """
        return Page(questions.show(self._home, call, institute=institute, as_of=self._as_of))

    def changes(
        self,
        *,
        call: str | None = None,
        institute: str | None = None,
        since: DayLike | None = None,
        min_fit: int | None = None,
    ) -> pd.DataFrame:
        """What changed, newest first: in one call, or in the calls that suit an institute.

        A call suits from `min_fit` on, by default from `digest.threshold`.

        Returns:
            (changes, `matcher.present.frames.CHANGE_COLUMNS`)

        Example:
            >>> session.changes(institute="brgm", since="2026-05-01").empty
            True
        """
        from matcher.present.frames import changes_frame

        question = Question((institute,) if institute is not None else None, min_fit=min_fit, as_of=self._as_of)
        listing = questions.changes(self._home, question, call=call, since=day_of(since))
        return labelled(changes_frame(listing.changes), listing.sample)

    def institutes(self) -> pd.DataFrame:
        """The institutes that calls are matched for: (institutes, `matcher.present.frames.INSTITUTE_COLUMNS`).

        Example:
            >>> session.institutes().loc[0, ["institute", "acronym"]].tolist()
            ['3bcar', '3BCAR']
        """
        from matcher.present.frames import institutes_frame

        return self._labelled(institutes_frame(self._home.institutes))

    def profile(self, institute: str) -> Draft:
        """An institute's profile, to look at, change, rank and compare; its file stays as it is.

        Example:
            >>> session.profile("BRGM").add("hydrogen storage")
            brgm: ... keywords, 0 projects [packaged sample, ...]
              + hydrogen storage
        """
        saved = self._home.institute(institute)
        return Draft(saved, saved, current_index(self._home), self.as_of)

    def new_profile(self, identifier: str, name: str) -> Draft:
        """An empty profile, to be filled with `add`, `add_projects` and the terms that it then suggests.

        Example:
            >>> session.new_profile("my-lab", "My lab").add("sodium-ion batteries").rank(top=1)
            My lab: 1 best call as of 2026-05-07 [packaged sample, ...]
                1  fit  87  HORIZON-CL5-2026-09-D2-01  ...
        """
        made = new_institute(identifier, name)
        return Draft(made, made, current_index(self._home), self.as_of)

    # the network

    def fits(self, institutes: Iterable[str] | None = None, *, status: Words = "live") -> pd.DataFrame:
        """The fit of every call for every institute.

        Returns:
            (institutes, calls) of 0-100; rows are identifiers of institutes, columns those of calls. 0 also where the
            two have nothing in common.

        Example:
            >>> session.fits(["brgm", "inria"]).shape
            (2, 160)
        """
        from matcher.api.network import fits

        names = [self._home.institute(name).identifier for name in institutes] if institutes is not None else None
        return self._labelled(fits(current_index(self._home), names, CallFilter.of(status=status), self.as_of))

    def network(
        self, *, status: Words = "live", min_fit: int = THRESHOLD, decided: bool = False, undecided: bool = False
    ) -> Network:
        """All institutes at once: who matches the same calls, joint bids, calls that nobody matches.

        Args:
            status: as for `rank`.
            min_fit: from which fit on a call counts as matched.
            decided: only calls on which some institute decided.
            undecided: only calls on which none did.

        Example:
            >>> network = session.network()
            >>> network.shared.loc["3bcar"].drop("3bcar").idxmax()  # who matches the same calls most
            'lisa'
            >>> len(network.joint_bids), len(network.unmatched)
            (88, 51)
        """
        from matcher.api.network import Network
        from matcher.app.decision_copy import decided as decided_on

        check_limits(min_fit=min_fit)
        wanted = CallFilter.of(status=status, decided=decided, undecided=undecided)
        wanted = wanted.among(decided_on(self._home, self.as_of).calls())
        return Network(current_index(self._home), self._home.institutes, wanted, self.as_of, min_fit)

    def first_recommended(
        self, institute: str, *, since: DayLike, until: DayLike | None = None, top: int = 10, min_fit: int = 0
    ) -> pd.DataFrame:
        """Each call's first working day among the `top` open ones of an institute, between two days.

        Returns:
            (calls, 6) `call`, `day`, `rank`, `fit`, `deadline`, `lead_days`: days from the first day to the deadline.
            Calls count from their opening day on.

        Example:
            >>> session.first_recommended("brgm", since="2026-01-01", top=3).columns.tolist()
            ['call', 'day', 'rank', 'fit', 'deadline', 'lead_days']
        """
        from matcher.api.network import first_recommended

        name = self._home.institute(institute).identifier
        check_limits(top, min_fit)
        first, last = day_of(since), day_of(until) or self.as_of
        found = first_recommended(current_index(self._home), name, first or last, last, top=top, min_fit=min_fit)
        return self._labelled(found)
