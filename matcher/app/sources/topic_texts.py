"""Texts that a listing or the archive lacks, from the portal's file of each topic, one request a text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from matcher.errors import PortalError
from matcher.model.call import Kind
from matcher.model.outcomes import TextHealth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matcher.app.run_context import Run
    from matcher.model.call import Call
    from matcher.model.day import Day
    from matcher.model.rows import ParsedRow
    from matcher.portal.client import Portal
    from matcher.store.database import Store

MOST_LIVE = 50
"""Texts of live calls asked for in one run, so that a gap in the listing never makes a run long."""

AGAIN_AFTER = 30
"""Days after which a live call that had no text is asked for again; the note on it is kept longer."""

GIVE_UP_AFTER = 3
"""Files in a row that stay bad, after which no more are asked for."""

PROGRAMME = "HORIZON"
"""The programme whose closed calls get their texts: they are what its live calls continue."""

NOTE = "description.none "
_HELD = "archive.texts"


@dataclass(slots=True)
class TextsAsked:
    """How many texts were asked for, how many came, and what was in the way."""

    asked: int = 0
    filled: int = 0
    problem: str = ""

    @property
    def problems(self) -> list[str]:
        return [self.problem] if self.problem else []

    @property
    def counts(self) -> dict[str, int]:
        return {"asked": self.asked, "filled": self.filled}


def complete_live(run: Run, portal: Portal, rows: Sequence[ParsedRow], day: Day) -> TextsAsked:
    """Ask for the texts of live calls that a listing brought without."""
    return _ask(run, portal, _live_without(run.store, rows, day.date), MOST_LIVE, day)


def complete_archive(run: Run, portal: Portal, most: int, day: Day) -> TextsAsked:
    """Ask for texts of closed calls, newest first, going on where the last time stopped; notes how many are there."""
    noted = run.store.facts.named(NOTE)
    closed = [call for call in run.store.calls.all() if _is_archived(call, day.date)]
    lacking = [call for call in closed if not call.sections]
    wanted = [call for call in lacking if call.identifier not in noted]
    wanted.sort(key=lambda call: call.last_deadline or date.min, reverse=True)
    done = _ask(run, portal, wanted, most, day)
    held = {"calls": len(closed), "with_text": len(closed) - len(lacking) + done.filled}
    run.store.facts.set(_HELD, json.dumps(held))
    return done


def text_health(store: Store) -> TextHealth | None:
    """How many of the closed calls have a text, as counted when texts were last asked for; None before that."""
    held = store.facts.get(_HELD)
    return TextHealth(**json.loads(held)) if held else None


def _is_archived(call: Call, today: date) -> bool:
    return call.programme == PROGRAMME and call.kind is Kind.TOPIC and not call.is_live(today)


def _live_without(store: Store, rows: Sequence[ParsedRow], today: date) -> Iterator[Call]:
    """Live calls without a text, those asked for of late left out."""
    for row in rows:
        if row.call.sections or not row.call.is_live(today):
            continue
        kept = store.calls.get(row.call.identifier)
        asked_on = store.facts.get(NOTE + row.call.identifier)
        lately = asked_on is not None and (today - date.fromisoformat(asked_on)).days < AGAIN_AFTER
        if kept is not None and not kept.sections and not lately:
            yield kept


def _ask(run: Run, portal: Portal, calls: Iterable[Call], most: int, day: Day) -> TextsAsked:
    """Each text is kept as it comes; a file that stays bad holds up no other, but several in a row end it."""
    done, failed = TextsAsked(), 0
    for call in calls:
        if done.asked == most or failed == GIVE_UP_AFTER:
            break
        done.asked += 1
        if run.observer.progress is not None:
            run.observer.progress(done.asked, 0)
        try:
            sections = portal.details(call.identifier)
        except PortalError as error:
            done.problem = f"Missing texts could not be completed from the topic files: {error}"
            failed += 1
            continue
        failed = 0
        if sections:
            run.store.saving.sections(call.identifier, sections, run_id=run.number, now=day.moment)
            done.filled += 1
        else:
            run.store.facts.set(NOTE + call.identifier, day.date.isoformat())
    return done
