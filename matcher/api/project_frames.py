"""What is asked of CORDIS's projects in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.answering import project_questions
from matcher.errors import UsageError
from matcher.model.project import ProjectQuestion
from matcher.model.question import listed
from matcher.model.searched import Search

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from matcher.app.home import Home


class ProjectFrames:
    """Answers questions about projects from one store, as `matcher projects` does; it only reads."""

    def __init__(self, home: Home) -> None:
        self._opened: Home | None = home

    @property
    def _home(self) -> Home:
        """What questions are asked of. Raises UsageError after `close`."""
        if self._opened is None:
            raise UsageError("This session is closed: open another one with matcher.open().")
        return self._opened

    def projects(  # noqa: PLR0913 (keywords that people type; inside they are one ProjectQuestion)
        self,
        institute: str | None = None,
        *,
        words: str | Iterable[str] = (),
        phrase: bool = False,
        without: str | Iterable[str] = (),
        call: str | None = None,
        organisation: str | None = None,
        programme: str | Iterable[str] = (),
        top: int | None = None,
    ) -> pd.DataFrame:
        """EU-funded projects as CORDIS lists them: searched ones and an institute's own best first, others newest.

        Args:
            institute: those that are its own.
            words: they all stand, in any form, in the number, acronym, title, keywords or objective.
            phrase: the words side by side, in this order.
            without: words, or phrases, that must not be there.
            call: those that this call led to.
            organisation: those that an organisation is or was in, by its PIC or words of its name.
            programme: frameworks (`HORIZON`, `H2020`).
            top: how many at most.

        Returns:
            (projects, `matcher.present.frames.PROJECT_COLUMNS`); `role` and `contribution_eur` are of the institute or
            organisation, `contribution_eur` of the whole project where none is named.

        Raises:
            UsageError: for an institute, organisation or programme that nobody knows, words that hold no letter, and
                before `matcher fetch --projects`.

        Example:
            >>> session.projects("brgm")
            Traceback (most recent call last):
            matcher.errors.UsageError: No projects were fetched yet: `matcher fetch --projects` brings CORDIS's.
        """
        from matcher.present.frames import projects_frame

        programmes = frozenset(name.upper() for name in listed(programme))
        search = Search(listed(words), phrase, listed(without))
        question = ProjectQuestion(institute, organisation, call, programmes, search, top)
        return projects_frame(project_questions.projects(self._home, question).projects)

    def participations(self, project: str) -> pd.DataFrame:
        """Who is or was in a project: (participations, `matcher.present.frames.PARTICIPATION_COLUMNS`).

        Raises UsageError when the number is unknown, and before `matcher fetch --projects`.

        Example:
            >>> session.participations("101058422")
            Traceback (most recent call last):
            matcher.errors.UsageError: No project has the number '101058422'; `matcher projects WORDS` searches them.
        """
        from matcher.present.frames import participations_frame

        return participations_frame(project_questions.project(self._home, project)[1])
