"""What changed between two versions of a call, field by field, and which of it is told.

A field that changed `REPORTS` times within `WINDOW` flaps: what it says now is withheld until nothing was told of it
for `QUIET`, and then told against what was told last. What a richer source adds is no change: of an `enriched` content
texts tell nothing, nor does a field that one of the two sides lacks. Terms of entry are told where the call says
something else than it did, not where other rules read it.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any

from matcher.model.call import LIVE, Call, Status
from matcher.model.terms import Name


@dataclass(frozen=True, slots=True)
class Change:
    """A field-level difference between two versions of a call; `old`/`new` are JSON-ready."""

    call: str
    field: str  # call (new, opened, closed, withdrawn, returned, reopened), deadlines, budget_eur, terms, text…
    kind: str  # new, opened, closed, withdrawn, returned, reopened, moved, amended, revised
    old: object
    new: object
    seen_at: datetime
    ratio: float | None = None  # for texts: the share that changed, 0-1


REPORTS = 3
"""Changes of one field of a call from which on it is taken to flip to and fro."""

WINDOW = timedelta(days=14)
"""Within so long they are counted."""

QUIET = timedelta(days=7)
"""After so long without one the field has settled."""

TERMS = "terms"  # the field of the terms of entry: {name: value} of those that differ

LIFECYCLE = "call"  # the field of new, opened, closed, withdrawn, returned, reopened

Json = Any  # a JSON-ready value of a content

_EXACT_WORDS = 1000  # above this many differing words per side, the ratio counts words without their order


def content(call: Call) -> dict[str, Any]:
    """The normalised, JSON-ready content of a call; equal for rows that say the same.

    Text is NFC with single spaces; keywords, actions, links and deadlines are sorted sets; sections are one text each.
    The portal's own status is kept only where it decides something (no deadline, no opening date, or `closed`);
    the source, the ingest date and the day of leaving are no content.
    """
    terms = {term.name.value: term.value for term in call.terms.found}
    origin = (
        [call.deadlines_from, list(call.deadlines_unread)] if call.deadlines_from or call.deadlines_unread else None
    )
    return {
        "identifier": _clean(call.identifier),
        "title": _clean(call.title),
        "programme": call.programme,
        "call_id": call.call_id,
        "call_title": _clean_or_none(call.call_title),
        "kind": call.kind.value,
        "status": _deciding_status(call),
        "opening": call.opening.isoformat() if call.opening else None,
        "deadlines": [
            {"date": day, "stage": stage, "model": model or None}
            for day, stage, model in sorted({(d.date.isoformat(), d.stage, d.model or "") for d in call.deadlines})
        ],
        "deadline_model": _clean_or_none(call.deadline_model),
        "actions": [list(pair) for pair in sorted({(_clean(a.code), _clean(a.label)) for a in call.actions})],
        "budget_eur": call.budget_eur,
        "contribution_eur": list(call.contribution_eur) if call.contribution_eur else None,
        "grants": call.grants,
        "trl": list(call.trl) if call.trl else None,
        "destination": _clean_or_none(call.destination),
        "keywords": sorted({_clean(k) for k in call.keywords} - {""}),
        "text": _sections(call),
        "url": call.url,
        "links": [list(pair) for pair in sorted({(_clean(link.title), link.url) for link in call.links})],
        # Calls that were kept before these were read have the hash they had.
        **({"budget_shared_by": call.budget_shared_by} if call.budget_shared_by else {}),
        **({"terms": terms} if terms else {}),
        **({"divisions": sorted(set(call.divisions))} if call.divisions else {}),
        **({"deadlines_from": origin} if origin else {}),
    }


def content_hash(normalised: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a content: a short cut for `equal contents`."""
    return hashlib.sha256(json.dumps(normalised, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _clean_or_none(text: str | None) -> str | None:
    return (_clean(text) or None) if text else None


def _deciding_status(call: Call) -> str | None:
    if call.status is None:
        return None
    decides = not call.deadlines or call.opening is None or call.status is Status.CLOSED
    return call.status.value if decides else None


def _sections(call: Call) -> dict[str, str]:
    texts: dict[str, list[str]] = defaultdict(list)
    for section in call.sections:
        if text := _clean(section.text):
            texts[_clean(section.name)].append(text)
    return {name: "\n".join(sorted(parts)) for name, parts in sorted(texts.items())}


@dataclass(frozen=True, slots=True)
class Difference:
    """How one field differs from what was last told; `kind`, `old`, `new` and `ratio` as in `Change`."""

    kind: str
    old: Any
    new: Any
    ratio: float | None = None


Differ = Callable[[Json, Json], Difference | None]


@dataclass(frozen=True, slots=True)
class Telling:
    """What to tell, and what is held back: `told` is {field: the value last told} of the withheld fields."""

    changes: tuple[Change, ...]
    told: Mapping[str, Any]


def decide(  # noqa: PLR0913 (pure, and each is another fact that the decision rests on)
    identifier: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    status: tuple[Status | None, Status | None],
    now: datetime,
    told: Mapping[str, Any] | None = None,
    reports: Mapping[str, Sequence[datetime]] | None = None,
    enriched: bool = False,
) -> Telling:
    """The changes to tell between the content last kept (`before`) and the current one (`after`).

    Args:
        identifier: the call.
        before: the content last kept (see `content`).
        after: the current content; the same twice asks only for the status and for what is withheld.
        status: the status judged at the last look, and now.
        now: the time of the look; becomes `seen_at`.
        told: the last told values of the fields that are withheld so far.
        reports: when each field of this call was reported lately (at least over `WINDOW`).
        enriched: the current content comes from a richer source (see the module's rules).

    """
    told, reports = told or {}, reports or {}
    found: list[Change] = []
    held: dict[str, Any] = {}

    def weigh(field: str, differ: Differ, last: Json, current: Json) -> None:
        difference = differ(last, current)
        if difference is None:
            return
        if _flaps(reports.get(field, ()), now):
            held[field] = last
        else:
            found.append(
                Change(identifier, field, difference.kind, difference.old, difference.new, now, difference.ratio)
            )

    judged = tuple(s.value if s else None for s in status)
    weigh(LIFECYCLE, _lifecycle, told.get(LIFECYCLE, judged[0]), judged[1])
    for field, differ in _FIELDS.items():
        last, current = told.get(field, before.get(field)), after.get(field)
        if not (enriched and (field in _TEXTS or not last or not current)):
            weigh(field, differ, last, current)
    if not (enriched or _read_from_the_same(before, after)):
        weigh(TERMS, _terms, told.get(TERMS, before.get(TERMS)), after.get(TERMS))
    return Telling(tuple(found), held)


def reported_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The fields that changes are told of and that two contents differ in."""
    found = [field for field in _FIELDS if (before.get(field) or None) != (after.get(field) or None)]
    read_anew = _read_from_the_same(before, after) or not _terms(before.get(TERMS), after.get(TERMS))
    return found if read_anew else [*found, TERMS]


def _read_from_the_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether terms of entry that differ do so because the rules that read them did: the call says what it said.

    Of what a mail told there is no text to compare.
    """
    return "text" in before and all((before.get(field) or None) == (after.get(field) or None) for field in _READ_FROM)


def announced(identifier: str, status: Status | None, now: datetime) -> Change | None:
    """The `new` change of a call seen for the first time; one that is closed already is archive, not news."""
    if status not in LIVE:
        return None
    return Change(identifier, LIFECYCLE, "new", None, status.value if status else None, now)


def _flaps(times: Sequence[datetime], now: datetime) -> bool:
    recent = [t for t in times if now - t < WINDOW]
    return len(recent) >= REPORTS and now - max(recent) < QUIET


def _lifecycle(last: Json, current: Json) -> Difference | None:
    kind = _transition(Status(last) if last else None, Status(current) if current else None)
    return Difference(kind, last, current) if kind else None


def _transition(old: Status | None, new: Status | None) -> str | None:
    if new is None or old is new:
        return None
    if new in LIVE:
        if old is Status.WITHDRAWN or old is Status.CLOSED:
            return "returned" if old is Status.WITHDRAWN else "reopened"
        return "opened" if new is Status.OPEN else None
    if old in LIVE or (old is None and new is Status.CLOSED):
        return "closed" if new is Status.CLOSED else "withdrawn"
    return None  # closed and withdrawn pass into each other silently: the call was over before


def _deadlines(last: Json, current: Json) -> Difference | None:
    def stages(value: Json) -> list[tuple[str, int]]:
        return sorted({(d["date"], d["stage"]) for d in value or ()})

    before, after = stages(last), stages(current)
    if before == after:
        return None
    moved = before and after and [d for d, _ in before] != [d for d, _ in after]
    return Difference("moved" if moved else "amended", last or None, current or None)


def _actions(last: Json, current: Json) -> Difference | None:
    before, after = ([code for code, _ in value or ()] for value in (last, current))
    return Difference("amended", before or None, after or None) if before != after else None


def _value(last: Json, current: Json) -> Difference | None:
    return Difference("amended", last, current) if last != current else None


def _terms(last: Json, current: Json) -> Difference | None:
    """The terms that a call states otherwise now, or states now; that it is silent of one is no news of its terms."""
    if not last or not current:
        return None
    named = {name for group in _TOLD_TERMS for name in group if any(_is_restated(last, current, one) for one in group)}
    old, new = ({name: side[name] for name in sorted(named) if name in side} or None for side in (last, current))
    return Difference("amended", old, new) if named else None


def _is_restated(last: Json, current: Json, name: str) -> bool:
    return name in current and last.get(name) != current[name]


def _short_text(last: Json, current: Json) -> Difference | None:
    if (last or None) == (current or None):
        return None
    if not last or not current:
        return Difference("amended", last or None, current or None)
    return Difference("revised", last, current, _shown(changed_share(last, current)))


def _keywords(last: Json, current: Json) -> Difference | None:
    before, after = set(last or ()), set(current or ())
    if before == after:
        return None
    if not before or not after:
        return Difference("amended", last or None, current or None)
    return Difference("revised", last, current, _shown(1 - len(before & after) / len(before | after)))


def _text(last: Json, current: Json) -> Difference | None:
    """`old` and `new` of a text change are {section: number of words} of the sections that differ."""
    before, after = last or {}, current or {}
    names = before.keys() | after.keys()
    differing = sorted(n for n in names if before.get(n) != after.get(n))
    if not differing:
        return None
    old, new = ({n: len(side[n].split()) for n in differing if n in side} or None for side in (before, after))
    if not before or not after:
        return Difference("amended", old, new)
    sizes = {n: len(before.get(n, "").split()) + len(after.get(n, "").split()) for n in names}
    changed = sum(sizes[n] * changed_share(before.get(n, ""), after.get(n, "")) for n in differing)
    return Difference("revised", old, new, _shown(changed / sum(sizes.values())))


def _shown(share: float) -> float:
    return max(0.0001, round(share, 4))  # a change never shows as 0


def changed_share(old: str, new: str) -> float:
    """The share (0-1) of words that differ between two texts: one minus difflib's ratio on words.

    The common beginning and end are set aside first, so that the quadratic part sees only the edited middle; a
    middle of more than 1,000 words a side is compared without word order, which is a lower bound.
    """
    a, b = old.split(), new.split()
    if not a and not b:
        return 0.0
    head = _common(zip(a, b, strict=False))
    tail = _common(zip(reversed(a[head:]), reversed(b[head:]), strict=False))
    middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
    matcher = SequenceMatcher(None, middle_a, middle_b, autojunk=False)
    exact = max(len(middle_a), len(middle_b)) <= _EXACT_WORDS
    ratio = matcher.ratio() if exact else matcher.quick_ratio()
    return (1 - ratio) * (len(middle_a) + len(middle_b)) / (len(a) + len(b))


def _common(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


_TEXTS = frozenset({"title", "text", "destination", "keywords"})

_READ_FROM = ("text", "actions", "deadlines", "deadline_model", "title", "budget_eur", "contribution_eur", "grants")

_TOLD_TERMS = (
    (Name.WHO, Name.PARTNERS),
    (Name.RATE,),
    (Name.COSTS,),
    (Name.STAGES, Name.BLIND),
    (Name.REQUIRED,),
    (Name.COORDINATOR,),
)
"""The terms of entry whose changes are told, those that are said in one phrase together."""

_FIELDS: dict[str, Differ] = {
    "deadlines": _deadlines,
    "opening": _value,
    "deadline_model": _value,
    "budget_eur": _value,
    "contribution_eur": _value,
    "grants": _value,
    "trl": _value,
    "actions": _actions,
    "title": _short_text,
    "destination": _short_text,
    "keywords": _keywords,
    "text": _text,
}
