"""What calls are listed, and searched for, in Python."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from matcher.api.entry_frames import EntryFrames
from matcher.api.labels import labelled
from matcher.app.answering import lookup
from matcher.model.day import known_day, written_day
from matcher.model.question import About, Question

if TYPE_CHECKING:
    import pandas as pd

Words = str | Iterable[str]
DayLike = date | str


class CallFrames(EntryFrames):
    """Lists and searches calls of one store, as `matcher calls` does; it only reads."""

    def calls(  # noqa: PLR0913 (keywords that people type; inside they are one Question)
        self,
        words: Words = (),
        *,
        status: Words = "live",
        programme: Words = (),
        action: Words = (),
        deadline_before: DayLike | None = None,
        deadline_after: DayLike | None = None,
        phrase: bool = False,
        without: Words = (),
        sort: str | None = None,
        limit: int | None = None,
        decided: bool | None = None,
    ) -> pd.DataFrame:
        """The calls that hold all of `words`, French or English, best first; without words next deadline first.

        Args:
            words: searched for in title, identifier, keywords and text.
            status: `live`, `all`, or one or several of forthcoming, open, closed, withdrawn.
            programme: programmes or parts of them by any name (`HORIZON`, `EIC`, `soil mission`).
            action: types of action (`RIA`, `HORIZON-CSA`).
            deadline_before: the next deadline is before this day.
            deadline_after: the next deadline is after this day.
            phrase: the words side by side, in this order.
            without: words, or phrases, that must not be there.
            sort: `relevance`, `deadline`, `opening` or `budget`.
            limit: how many at most.
            decided: only calls that an institute decided on, or (False) that none did.

        Returns:
            (calls, `matcher.present.call_rows.CALL_COLUMNS`); money in euros, days as dates, unknown as NA.

        Raises:
            UsageError: for a status, programme, type of action, order or day that there is not, words that hold no
                letter, and `sort="relevance"` without words.

        Example:
            >>> session.calls("hydrogen", programme="HORIZON")[["status", "next_deadline"]].dtypes.tolist()
            [CategoricalDtype(...), dtype('<M8[s]')]
        """
        from matcher.present.frames import calls_frame

        question = question_of(
            None,
            status=status,
            programme=programme,
            action=action,
            deadline_before=deadline_before,
            deadline_after=deadline_after,
            decided=decided,
            as_of=self._as_of,
            words=words,
            phrase=phrase,
            without=without,
            sort=sort,
            limit=limit,
        )
        listing = lookup.calls(self._home, question)
        return labelled(calls_frame(listing.calls, listing.as_of), listing.sample)

    def programmes(self, name: str | None = None, *, everything: bool = False) -> pd.DataFrame:
        """Programmes and their parts, or one and what is in it, that have a live call; `everything` has all others too.

        Returns:
            (parts, 9) the keys of `matcher programmes --json`. Raises UsageError for an unknown name.

        Example:
            >>> session.programmes("cluster 5").loc[0, ["part", "kind"]].tolist()
            ['HORIZON-CL5', 'cluster']
        """
        import pandas as pd

        from matcher.present.records import PART_FIELDS, part_record

        listing = lookup.programmes(self._home, name, everything=everything, as_of=self._as_of)
        return labelled(pd.DataFrame(map(part_record, listing.lines), columns=list(PART_FIELDS)), listing.sample)


def question_of(about: About, *, decided: bool | None, explain: bool = False, **asked: Any) -> Question:
    """The question that Python's keywords ask. Raises UsageError for what cannot be asked."""
    days = {name: day_of(asked[name]) for name in ("deadline_before", "deadline_after")}
    marked = {"decided": decided is True, "undecided": decided is False}
    return Question.of(about, {**asked, **days, **marked}, explain=explain)


def day_of(value: DayLike | None) -> date | None:
    """A day, given as one or as `2026-05-07`. Raises UsageError."""
    if isinstance(value, datetime):
        return known_day(value.date())
    if isinstance(value, date):
        return known_day(value)
    return None if value is None else written_day(value)
