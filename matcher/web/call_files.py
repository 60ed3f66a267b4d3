"""A call as a file, and the lists of its page: `?list=partners&format=csv`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.app.answering.partnering import partners
from matcher.app.answering.project_history import predecessors
from matcher.export.content import Content, Portion, Thing
from matcher.export.dated_list import DatedEntry, DatedList
from matcher.model.consortium import PartnerQuestion
from matcher.model.day import noon
from matcher.present import facts
from matcher.present.decision_shapes import DECISION_FIELDS, decision_record, note_record
from matcher.present.decision_words import decision_line
from matcher.present.project_records import PARTNER_FIELDS, PREDECESSOR_FIELDS, partner_record, predecessor_record
from matcher.web.failures import Refused
from matcher.web.list_files import dated_file, list_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from starlette.responses import Response

    from matcher.model.answers import ShownCall
    from matcher.model.decision import Decision
    from matcher.model.institute import Institute
    from matcher.web.visit import Visit

CALL, PARTNERS, BEFORE, DECISIONS, CHANGES = LISTS = ("call", "partners", "predecessors", "decisions", "changes")
"""The lists of the page, by the name that addresses have; one that names none means the call itself."""

FILED = 100
"""Partners at most, and as many predecessors."""


@dataclass(frozen=True, slots=True)
class CallLists:
    """A call with what its page lists: `decisions` are as whoever looks may see them."""

    visit: Visit
    shown: ShownCall
    institute: Institute | None
    decisions: Sequence[Decision]
    as_of: date | None

    def file(self, which: str, form: str) -> Response:
        """A list in a format. Raises Refused for one that there is not, UsageError where no projects are known."""
        name = self.shown.call.identifier
        if which in {CALL, CHANGES} and not (which == CHANGES and form == "ics"):
            return list_file(self.visit, self._content(which), form, f"{name}-{which}" if which == CHANGES else name)
        made = {PARTNERS: self._partners, BEFORE: self._before, DECISIONS: self._decided, CHANGES: self._changed}
        if which not in made:
            raise Refused("The lists of a call are {lists}.", lists=", ".join(LISTS))
        return dated_file(made[which](), form)

    def _content(self, which: str) -> Content:
        """The call, or its changes, as exports have them."""
        shown, call = self.shown, self.shown.call
        changes = shown.changes if which == CHANGES else ()
        about = {call.identifier: tuple(one.as_shared() for one in shown.decisions)}
        part = Portion(f"call/{call.identifier}", call.title, calls=(call,), changes=changes, decisions=about)
        thing = Thing.CHANGES if which == CHANGES else Thing.CALLS
        return Content(thing, shown.as_of, noon(shown.as_of), shown.sample, (part,))

    def _partners(self) -> DatedList:
        if self.institute is None:
            raise Refused("Partners are those of an institute: name it in the address (`for=cea-leti`).")
        question = PartnerQuestion(self.shown.call.identifier, self.institute.identifier, top=FILED, as_of=self.as_of)
        found = [partner_record(one) for one in partners(self.visit.home, question).found]
        return self._list(PARTNERS, self.visit.words.say("With whom"), PARTNER_FIELDS, found)

    def _before(self) -> DatedList:
        known = predecessors(self.visit.home, self.shown.call.identifier, as_of=self.as_of, most=FILED).found
        found = [predecessor_record(one) for one in known]
        return self._list(BEFORE, self.visit.words.say("What came before"), PREDECESSOR_FIELDS, found)

    def _decided(self) -> DatedList:
        rows = []
        for one in self.decisions:
            rows += [decision_record(one)] if one.is_made else []
            rows += [note_record(one, note) for note in one.notes]
        return self._list(DECISIONS, self.visit.words.say("Decisions"), DECISION_FIELDS, rows, tuple(self._moments()))

    def _moments(self) -> Iterator[DatedEntry]:
        names = {one.identifier: one.acronym for one in self.visit.home.institutes}
        for one in self.decisions:
            who, words = names.get(one.owner.name, one.owner.name), self.visit.words
            mark = ("decided", one.owner.name, one.call)
            if one.is_made and one.at is not None:
                moment = one.at.isoformat()
                yield DatedEntry((*mark, moment), f"{who}: {decision_line(one, words)}", one.at, (one.by or "",))
            for note in one.notes:
                said = words.say("note: {text}", text=note.text)
                yield DatedEntry((*mark, note.at.isoformat(), note.text), f"{who}: {said}", note.at, (note.by or "",))

    def _changed(self) -> DatedList:
        """For calendars; other formats have changes as exports do."""
        entries = []
        for one in self.shown.changes:
            for line in facts.changes([one], self.visit.words):
                said = f"{line.label}: {f'{line.old} → ' if line.old else ''}{line.new}"
                mark = ("change", one.call, one.field, one.kind, one.seen_at.isoformat())
                entries.append(DatedEntry(mark, f"{one.call}: {said}", one.seen_at))
        return self._list(CHANGES, self.visit.words.say("What changed"), (), [], tuple(entries))

    def _list(
        self,
        kind: str,
        heading: str,
        fields: tuple[str, ...],
        rows: list[dict[str, object]],
        entries: tuple[DatedEntry, ...] | None = None,
    ) -> DatedList:
        shown = self.shown
        title = f"{heading}: {shown.call.identifier}"
        return DatedList(kind, title, shown.as_of, noon(shown.as_of), fields, rows, entries, shown.sample)
