"""What institutes won from a day on, by CORDIS, among the calls that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.own_projects import whole_projects
from matcher.errors import StoreMissing
from matcher.model.institute import Graded, Take

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.call import Call
    from matcher.model.institute import Institute
    from matcher.store.projects import Projects


def own_wins(home: Home, cutoff: date) -> tuple[tuple[Graded, ...], tuple[Call, ...]]:
    """Each institute that won a kept call from that day on, and every kept call that anybody won from then on.

    An institute counts where a legal entity is the institute: which of a larger one's projects are its own, its skills
    decide, and they cannot be judged by what they decided. A call that it had won before is no win.
    """
    try:
        with home.open_store(read_only=True) as store:
            rows = store.projects.lines()[0]
            later = {row.topic.upper() for row in rows if row.topic and row.signed and row.signed >= cutoff}
            calls = tuple(call for call in store.calls.all() if call.identifier.upper() in later)
            kept = {call.identifier.upper(): call.identifier for call in calls}
            found = (_won(store.projects, one, kept, cutoff) for one in home.institutes if one.pics(Take.ALL))
            return tuple(won for won in found if won.grades), calls
    except StoreMissing:
        return (), ()


def _won(projects: Projects, institute: Institute, kept: dict[str, str], cutoff: date) -> Graded:
    own = [one for one in projects.named(whole_projects(projects, institute)) if one.date is not None and one.topic]
    past = tuple(one for one in own if one.date is not None and one.date < cutoff)
    known = {(one.topic or "").upper() for one in past}
    won = {(one.topic or "").upper() for one in own if one.date is not None and one.date >= cutoff} - known
    return Graded(institute, past, {kept[topic]: 1 for topic in won if topic in kept})
