"""The facts of a call in words, said once: on a terminal, in files, pages and mails, in English or French.

`Words` says how: its language, and whether there is room. Where none is given, it is English on a line of a terminal.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from matcher.model.call import Status
from matcher.model.consortium import OrganisationType
from matcher.model.frozen import dataclass
from matcher.model.language import Language
from matcher.model.match import Group
from matcher.model.terms import Audience, Name, Term, Terms
from matcher.present import entry_words
from matcher.present.words import Words
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matcher.model.call import Action, Call, Deadline
    from matcher.model.changes import Change
    from matcher.model.consortium import Bid

UNKNOWN = "—"

TERMINAL = Words(Language.EN, terse=True)
"""English where there is little room: dates and amounts are short."""


GROUP_TITLES = {
    Group.LOOK: "Also worth a look, below the threshold",
    Group.BROAD: "Open to any science",
    Group.CLOSED: "Not open to us",
}
"""What stands above the groups of a list that come after what suits."""


STRONG, GOOD = 50, 30
"""Fits from which a badge is strong (more likely relevant than not), or good; below it is fair."""

URGENT = 14
"""Days before a deadline from which it is shown as pressing."""

DEADLINES = 4
"""Coming deadlines that are spelt out; calls with ten cut-offs count the rest."""


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """One deadline as it stands in a mail: `when` with its hour, `left` in days, `stage`."""

    when: str
    left: str
    stage: str
    urgent: bool
    past: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What changed: `old` is None where only the news matters (opened, withdrawn)."""

    label: str
    old: str | None
    new: str


def shade(fit: int) -> str:
    """`strong`, `good` or `fair`: the number says it, the shade repeats it."""
    return "strong" if fit >= STRONG else "good" if fit >= GOOD else "fair"


def money(euros: float | None, words: Words = TERMINAL) -> str:
    """`17.5 M€`, `150 k€`; an em dash when unknown."""
    return UNKNOWN if euros is None else words.money(euros)


def budget(call: Call, words: Words = TERMINAL) -> str:
    """`20 M€`; `329.5 M€ shared by 18 topics` where the money is not for this topic alone."""
    amount = money(call.budget_eur, words)
    if call.budget_eur is None or call.budget_shared_by is None:
        return amount
    return words.say_n(
        "{amount} shared by {n} topic", "{amount} shared by {n} topics", call.budget_shared_by, amount=amount
    )


def contribution(pair: tuple[int, int] | None, words: Words = TERMINAL) -> str:
    """EU contribution per project: `4–6 M€`."""
    return UNKNOWN if pair is None else words.money_range(*pair)


def day(when: date | None, words: Words = TERMINAL) -> str:
    """`18 Mar 2027`."""
    return words.day(when) if when else UNKNOWN


def level_range(trl: Sequence[int]) -> str:
    """`4→6`: from the start of a project to its end."""
    return f"{trl[0]}" if trl[0] == trl[1] else f"{trl[0]}→{trl[1]}"


def levels(trl: tuple[int, int] | None) -> str:
    """`TRL 4→6`."""
    return f"TRL {UNKNOWN if trl is None else level_range(trl)}"


def action_codes(actions: Sequence[Action]) -> str:
    """`HORIZON-RIA, HORIZON-IA`; an em dash where there is none."""
    return ", ".join(untrusted.text(action.code, untrusted.TERM) for action in actions) or UNKNOWN


def days_left(days: int, words: Words = TERMINAL) -> str:
    """`dans 3 jours`, `115 days left` on a terminal, `today`, `past`."""
    if days < 0:
        return words.say("past")
    if days == 0:
        return words.say("today")
    if words.terse:
        return words.say_n("{n} day left", "{n} days left", days)
    return words.say_n("in {n} day", "in {n} days", days)


def stage(deadline: Deadline, call: Call, words: Words = TERMINAL) -> str:
    """`étape 1 sur 2`, `cut-off 3 of 10`, `single stage`."""
    model = deadline.model or call.deadline_model or ""
    count = len(call.deadlines)
    if "cut-off" in model:
        return words.say("cut-off {n} of {total}", n=deadline.stage, total=count) if count > 1 else words.say("cut-off")
    if "two-stage" in model or count > 1:
        return words.say("stage {n} of {total}", n=deadline.stage, total=max(count, deadline.stage))
    if "continuous" in model:
        return words.say("continuous submission")
    return words.say("single stage")


def deadline_text(deadline: Deadline | None, call: Call, today: date, words: Words = TERMINAL) -> str:
    """`18 Mar 2027 (115 days left, stage 1 of 2)`."""
    if deadline is None:
        if call.last_deadline is None:
            return words.say("no deadline known")
        return words.say("closed {day}", day=words.day(call.last_deadline))
    left = days_left((deadline.date - today).days, words)
    return f"{words.day(deadline.date)} ({left}, {stage(deadline, call, words)})"


def deadline_origin(call: Call, words: Words = TERMINAL) -> str | None:
    """Where the deadlines are from, and what could not be read; None when all of it is as usual."""
    said = []
    if call.deadlines_from:
        said.append(words.say("from the portal's field {field}", field=call.deadlines_from))
    if call.deadlines_unread:
        written = ", ".join(f"“{untrusted.text(one, untrusted.TERM)}”" for one in call.deadlines_unread)
        said.append(words.say("not read as a date: {written}", written=written))
    return words.say("; ").join(said) or None


def deadlines(call: Call, today: date, words: Words) -> tuple[DeadlineLine, ...]:
    """Past stages of a call that still runs, then the coming deadlines, at most `DEADLINES` of them."""
    coming = [d for d in call.deadlines if d.date >= today][:DEADLINES]
    past = [d for d in call.deadlines if d.date < today][-1:]
    return tuple(_deadline(d, call, today, words) for d in (*past, *coming))


def later_deadlines(call: Call, today: date, words: Words) -> str | None:
    """`et 6 autres dates`, where there are more than are spelt out."""
    more = sum(d.date >= today for d in call.deadlines) - DEADLINES
    return words.say_n("and {n} later date", "and {n} later dates", more) if more > 0 else None


def _deadline(deadline: Deadline, call: Call, today: date, words: Words) -> DeadlineLine:
    days = (deadline.date - today).days
    when = words.say("{day}, 17:00 Brussels", day=words.day(deadline.date))
    return DeadlineLine(when, days_left(days, words), stage(deadline, call, words), 0 <= days <= URGENT, days < 0)


def status_text(call: Call, today: date, words: Words = TERMINAL) -> str:
    """`open`, or `opens 17 Nov 2026` for what is forthcoming."""
    status = call.status_on(today)
    if status is Status.FORTHCOMING and call.opening:
        return words.say("opens {day}", day=words.day(call.opening))
    names = {
        Status.FORTHCOMING: words.say("forthcoming"),
        Status.OPEN: words.say("open"),
        Status.CLOSED: words.say("closed"),
        Status.WITHDRAWN: words.say("withdrawn"),
    }
    return names[status] if status else words.say("status unknown")


def facts_line(call: Call, words: Words = TERMINAL) -> str:
    """Action, money, grants, TRL on one line: `HORIZON-IA · budget 20 M€ · 3–5 M€ per project · 4 grants · TRL 4→6`."""
    spent = words.say("budget {amount}", amount=budget(call, words))
    parts = (action_codes(call.actions), spent, *_support(call, words), levels(call.trl) if call.trl else "")
    return " · ".join(part for part in parts if part)


def funding(call: Call, words: Words) -> str | None:
    """`17,5 M€ · 4–6 M€ par projet · 4 projets`."""
    spent = () if call.budget_eur is None else (budget(call, words),)
    return " · ".join((*spent, *_support(call, words))) or None


def _support(call: Call, words: Words) -> tuple[str, ...]:
    """What a project gets, and how many are granted; what is unknown is left out."""
    parts = []
    if call.contribution_eur is not None:
        parts.append(words.say("{amount} per project", amount=words.money_range(*call.contribution_eur)))
    if call.grants:
        parts.append(words.say_n("{n} grant", "{n} grants", call.grants))
    return tuple(parts)


def past_unknown(bids: Iterable[Bid], words: Words = TERMINAL) -> str | None:
    """What is missing from joint bids where no projects are known, and how to get it; None where nothing is."""
    if all(bid.together is not None for bid in bids):
        return None
    return words.say(
        "Who worked together, who led projects and who could fill gaps is not known: `matcher fetch --projects` brings"
        " CORDIS's projects."
    )


def organisation_kind(kind: str | None, words: Words = TERMINAL) -> str:
    """What an organisation is, in words; CORDIS's code where there is none, an em dash where nothing is known."""
    say = words.say
    known: dict[str, str] = {
        OrganisationType.RTO: say("RTO"),
        OrganisationType.UNIVERSITY: say("university"),
        OrganisationType.COMPANY: say("company"),
        OrganisationType.SME: say("SME"),
        OrganisationType.LARGE: say("large company"),
        OrganisationType.PUBLIC: say("public body"),
        OrganisationType.OTHER: say("other kind"),
    }
    return known.get(kind, kind) if kind else UNKNOWN


def terms(call: Call, words: Words = TERMINAL) -> str | None:
    """`consortium d'au moins 3 ; 100 % pour vous ; forfait`: the terms of entry on a line; None where none is known."""
    return _said(call.terms, words) or None


def _said(terms: Terms, words: Words) -> str:
    return words.say("; ").join(words.say(part.sentence, **part.values) for part in entry_words.in_short(terms))


def _changed_terms(words: Words, value: Any) -> str:
    """Of the terms of entry that differ, by their names, what one line says."""
    known = Terms.of(Term(Name(name), one, "") for name, one in value.items())
    return _said(known, words) or words.say("unknown")


def terms_line(call: Call, words: Words = TERMINAL) -> str:
    """The terms of entry on a line; an em dash where nothing is known."""
    return terms(call, words) or UNKNOWN


def closed(call: Call, words: Words) -> str | None:
    """Why a research institute may not enter; None where it may, or where nothing says."""
    who = _closed_to_research(call, words)
    return words.say("not open to us: {who}", who=who) if who else None


def closed_line(call: Call, words: Words = TERMINAL) -> str | None:
    """The same with its source and the words that say so."""
    term, who = call.terms.closed_to(Audience.RESEARCH), _closed_to_research(call, words)
    if term is None or who is None:
        return None
    return f"{who} ({term.source})" + (f": “{term.words}”" if term.words else "")


def _closed_to_research(call: Call, words: Words) -> str | None:
    who = entry_words.who(call.terms)
    if who is None or call.terms.closed_to(Audience.RESEARCH) is None:
        return None
    return words.say(who.sentence, **who.values)


def opening(call: Call, today: date, words: Words) -> str | None:
    """`ouvre le 10 février 2027 (dans 50 jours)` for what is forthcoming."""
    if call.status_on(today) is not Status.FORTHCOMING:
        return None
    if call.opening is None:
        return words.say("not open yet")
    left = days_left((call.opening - today).days, words)
    return words.say("opens {day} ({left})", day=words.day(call.opening), left=left)


def changes(found: Iterable[Change], words: Words) -> tuple[ChangeLine, ...]:
    """One line per field, from its first old value to its last new one, weightiest first."""
    merged: dict[str, tuple[Change, Change]] = {}
    for change in sorted(found, key=lambda c: c.seen_at):
        first, _ = merged.get(change.field, (change, change))
        merged[change.field] = (first, change)
    order = {name: place for place, name in enumerate(("call", *_VALUES))}
    ranked = sorted(merged, key=lambda field: order.get(field, len(order)))
    lines = (_change(words, *merged[field]) for field in ranked)
    return tuple(line for line in lines if line is not None)


def _change(words: Words, first: Change, last: Change) -> ChangeLine | None:
    if last.field == "call":
        news = _lifecycle(words, last.kind)
        return ChangeLine(words.say("Status"), None, news) if news else None
    if last.field == "subject":
        label = words.say("Another subject than what was dismissed")
        return ChangeLine(label, untrusted.text(first.old, 120), untrusted.text(last.new, 120))
    label = _label(words, last.field)
    if last.field in {"text", "keywords"} and last.ratio is not None:
        return ChangeLine(label, None, words.say("revised, about {share} of it", share=words.percent(last.ratio)))
    if first.old == last.new:
        return None  # back to what the reader knows
    shown = _VALUES.get(last.field)
    if shown is None:
        return ChangeLine(label, None, words.say("revised"))
    return ChangeLine(label, _value(words, shown, first.old), _value(words, shown, last.new))


def _value(words: Words, shown: Callable[[Words, Any], str], value: object) -> str:
    if value is None or value in ([], "", {}):
        return words.say("unknown")
    try:
        return shown(words, value)
    except (TypeError, ValueError, LookupError, AttributeError):
        return untrusted.text(value, 120)  # another shape than today's: shown as kept rather than lost


def _dates(words: Words, value: Any) -> str:
    days = sorted({date.fromisoformat(str(d["date"])) for d in value})
    shown = [words.day(day) for day in days[:DEADLINES]]
    return ", ".join(shown) + (" …" if len(days) > DEADLINES else "")


_VALUES: dict[str, Callable[[Words, Any], str]] = {
    "deadlines": _dates,
    "budget_eur": lambda words, value: words.money(int(value)),
    "contribution_eur": lambda words, value: words.money_range(int(value[0]), int(value[1])),
    "grants": lambda _, value: str(int(value)),
    "opening": lambda words, value: words.day(date.fromisoformat(str(value))),
    "terms": _changed_terms,
    "actions": lambda _, value: ", ".join(untrusted.text(code, untrusted.TERM) for code in value[:4]),
    "trl": lambda _, value: level_range((int(value[0]), int(value[1]))),
    "deadline_model": lambda _, value: untrusted.text(value, untrusted.TERM),
    "title": lambda _, value: untrusted.text(value, untrusted.TITLE),
    "destination": lambda _, value: untrusted.text(value, untrusted.TITLE),
}


def _label(words: Words, field: str) -> str:
    labels = {
        "deadlines": words.say("Deadline"),
        "budget_eur": words.say("Budget"),
        "contribution_eur": words.say("Contribution"),
        "grants": words.say("Grants"),
        "opening": words.say("Opening"),
        "terms": words.say("Entry"),
        "actions": words.say("Action"),
        "trl": words.say("TRL"),
        "deadline_model": words.say("Submission"),
        "title": words.say("Title"),
        "destination": words.say("Destination"),
        "keywords": words.say("Keywords"),
        "text": words.say("Call text"),
    }
    return labels.get(field) or untrusted.text(field, untrusted.TERM)


def _lifecycle(words: Words, kind: str) -> str | None:
    news = {
        "opened": words.say("open now"),
        "closed": words.say("closed ahead of its deadline"),
        "withdrawn": words.say("withdrawn from the portal"),
        "returned": words.say("back on the portal"),
        "reopened": words.say("reopened"),
    }
    return news.get(kind)
