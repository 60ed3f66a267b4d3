"""How one gets into a call, as frames: its terms of entry, what came before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.api.labels import labelled
from matcher.api.project_frames import ProjectFrames
from matcher.app import past, questions

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from matcher.app.home import Home


class EntryFrames(ProjectFrames):
    """Terms of entry of one store's calls."""

    def __init__(self, home: Home, as_of: date | None) -> None:
        super().__init__(home)
        self._as_of = as_of

    def terms(self, call: str) -> pd.DataFrame:
        """The terms of entry of a call: who may apply, at which rate, in what form, each with its source.

        Returns:
            (terms that are known, `matcher.frames.TERMS_COLUMNS`), in the order in which they are shown.

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
            (predecessors, `matcher.frames.PREDECESSOR_COLUMNS`). Raises UsageError before projects were fetched.

        Example:
            >>> session.predecessors("HORIZON-CL6-2026-01-CIRCBIO-03")  # doctest: +SKIP
        """
        from matcher.present.frames import predecessors_frame

        return predecessors_frame(past.predecessors(self._home, call, as_of=self._as_of).found)
