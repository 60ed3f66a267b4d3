"""The JSON and CSV shapes of DESIGN: what other programs read. Unknown is `None`, never 0."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from matcher.model.answers import PartLine, SubscriberLine
from matcher.model.call import Call
from matcher.model.consortium import Bid, Partner
from matcher.model.day import WEEKDAYS
from matcher.model.match import REASONS, WORDS, Away, Match
from matcher.model.parts import Part, PartKind
from matcher.model.project import ListedProject, Project
from matcher.model.subscription import DigestLine, Fate, Frequency, Mail, MailState, QueuedMail, Subscriber
from matcher.model.terms import Audience, Name
from matcher.present.decision_shapes import about_records, match_decision_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matcher.model.answers import InstituteLine, MailStatus, Preview, RunOutcome, RunRecord
    from matcher.model.caution import Unconfirmed
    from matcher.model.changes import Change
    from matcher.model.consortium import Predecessor
    from matcher.model.institute import Institute
    from matcher.model.project import Participation, ProjectHealth, ProjectReport
    from matcher.model.rows import FetchReport
    from matcher.model.searched import SearchOutcome, Unknown
    from matcher.model.subscription import DeliveryReport, Item, MailsLeft, NetworkView
    from matcher.model.terms import Terms

SCHEMA = 1

Record = dict[str, Any]


def call_record(call: Call, today: date) -> Record:
    """One call, as in `matcher calls --json`; money in euros, dates as ISO days."""
    status = call.status_on(today)
    following = call.next_deadline(today)
    return {
        "call": call.identifier,
        "title": call.title,
        "status": status.value if status else None,
        "opening": _day(call.opening),
        "deadlines": [{"date": d.date.isoformat(), "stage": d.stage, "model": d.model} for d in call.deadlines],
        "next_deadline": following.date.isoformat() if following else None,
        "days_left": (following.date - today).days if following else None,
        "programme": call.programme,
        "parts": [part.en for part in call.parts],
        "actions": [action.code for action in call.actions],
        "budget_eur": call.budget_eur,
        "contribution_eur": list(call.contribution_eur) if call.contribution_eur else None,
        "grants": call.grants,
        "trl": list(call.trl) if call.trl else None,
        "terms": [{"term": term.name.value, "value": term.value} for term in call.terms.found],
        "closed_to": [who.value for who in Audience if call.terms.closed_to(who)],
        "url": call.url,
    }


def part_record(line: PartLine) -> Record:
    """A programme or a part of one with its live calls, as in `matcher programmes --json`."""
    part = line.part
    return {
        "part": part.identifier,
        "name": part.en,
        "name_fr": part.fr,
        "kind": part.kind.value,
        "within": list(part.within),
        "names": list(part.names),
        "live": line.live,
        "open": line.open,
        "forthcoming": line.forthcoming,
    }


PART_FIELDS = tuple(part_record(PartLine(Part("", PartKind.PROGRAMME, "", ""), 0, 0, 0)))
"""The keys of a part, for the header of a listing that is empty."""


def predecessor_record(one: Predecessor) -> Record:
    """A call that came before, its projects, and who was in them."""
    return {
        "call": one.call,
        "title": one.title,
        "score": one.score,
        "reasons": list(one.reasons),
        "funded": len(one.projects),
        "contribution_eur": one.contribution_eur,
        "projects": [
            {"project": p.identifier, "acronym": p.acronym, "title": p.title, "contribution_eur": p.contribution_eur}
            for p in one.projects
        ],
        "organisations": [{"name": name, "projects": times} for name, times in one.organisations],
        "network": [{"institute": part.institute, "projects": list(part.projects)} for part in one.network],
    }


def partner_record(one: Partner) -> Record:
    """An organisation to answer a call with, why, and its projects nearest to the call."""
    return {
        "rank": one.rank,
        "pic": one.pic,
        "name": one.name,
        "country": one.country,
        "type": one.type,
        "score": one.score,
        "reasons": list(one.reasons),
        "projects": [p.name for p in one.projects],
        "together": one.together,
        "coordinated": one.coordinated,
    }


PARTNER_FIELDS = tuple(partner_record(Partner(0, "", "", "", "", 0.0, ())))
"""The keys of a partner, for the header of a listing that is empty."""


def bid_record(one: Bid, today: date) -> Record:
    """Institutes that cover a call together; `together`, `led` and `outside` are None where no projects are known."""
    following = one.call.next_deadline(today)
    return {
        "call": one.call.identifier,
        "title": one.call.title,
        "next_deadline": following.date.isoformat() if following else None,
        "institutes": [
            {"institute": m.institute, "fit": m.fit, "adds": m.gain, "skills": list(m.skills)} for m in one.members
        ],
        "cover": one.cover,
        "gaps": one.gaps,
        "passages": one.passages,
        "together": None
        if one.together is None
        else [{"institutes": list(t.institutes), "projects": list(t.projects)} for t in one.together],
        "led": None
        if one.led is None
        else [{"institute": o.institute, "projects": o.projects, "in_part": o.inside} for o in one.led],
        "outside": None
        if one.outside is None
        else [
            {"pic": o.pic, "name": o.name, "country": o.country, "type": o.type, "projects": list(o.projects)}
            for o in one.outside
        ],
    }


BID_FIELDS = tuple(bid_record(Bid(Call("", ""), (), 0.0, 0, 0), date.min))
"""The keys of a bid, for the header of a listing that is empty."""


def terms_record(terms: Terms) -> Record:
    """Every term of entry: value, source and words; None where it is unknown."""
    found = {
        term.name: {"value": term.value, "source": term.source, "words": term.words or None} for term in terms.found
    }
    return {name.value: found.get(name) for name in Name}


def outcome_record(outcome: SearchOutcome) -> Record:
    """What a search says beside its calls: how many there are, and of nothing found why."""
    return {
        "found": outcome.found,
        "missing": {word: list(near) for word, near in outcome.missing.items()},
        "elsewhere": outcome.elsewhere,
        "guessed": outcome.guessed,
    }


def unknown_record(unknown: Unknown) -> dict[str, list[str]]:
    """The words of a text that nothing has, each with near ones."""
    return {word: list(near) for word, near in unknown.words.items()}


def match_record(match: Match, today: date, *, explained: bool = False) -> Record:
    """One match, as in `matcher rank --json`; `evidence` holds the reasons that a person reads.

    `explained` has all of them, which add up to the score with the base, and adds to each term the profile's word and
    where it comes from, and the sentence it stands in.
    """
    record = call_record(match.call, today)
    head = {"rank": match.rank, "call": record.pop("call"), "title": record.pop("title")}
    reasons = match.evidence if explained else match.reasons(REASONS)
    evidence: list[Record] = [{"term": e.term, "weight": e.weight} for e in reasons]
    numbers = {"score": match.score, "fit": match.fit}
    decision = match_decision_record(match.decision) if match.decision else None
    own = {"own_project": match.own_project, "group": match.group.value, "decision": decision}
    whole = {**head, **numbers, **record, "evidence": evidence, **own}
    if not explained:
        return whole
    for entry, e in zip(evidence, match.evidence, strict=True):
        entry |= {"profile_term": e.profile_term, "source": e.source, "kind": e.kind.value}
        entry |= {"words": list(e.words), "sentence": e.sentence}
    return {**whole, "base": match.base, "sentence": match.sentence}


def away_records(away: Sequence[Away]) -> Record:
    """The calls that an excluded or muted term keeps away, under `away`; nothing where there are none."""
    listed = [
        {"call": one.call.identifier, "title": one.call.title, "fit": one.fit, "term": one.term, "by": one.by}
        for one in away
    ]
    return {"away": listed} if listed else {}


def sample_label(note: str | None) -> Record:
    """The label that every answer from the packaged sample carries; nothing for real calls."""
    return {"sample": note} if note else {}


def unconfirmed_record(report: Unconfirmed) -> dict[str, object]:
    """What was reported of a call and waits for a second day."""
    return {"what": report.what, "reported": report.reported, "since": report.since.isoformat()}


def change_record(change: Change) -> Record:
    """One change of a call: when it was seen, which field, old and new value."""
    return {
        "call": change.call,
        "field": change.field,
        "kind": change.kind,
        "old": change.old,
        "new": change.new,
        "seen_at": change.seen_at.isoformat(),
        "ratio": change.ratio,
    }


def fetch_record(report: FetchReport) -> Record:
    """What a fetch saw and did, as in `matcher fetch --json`."""
    return {**asdict(report), "problems": list(report.problems)}


def project_report_record(report: ProjectReport) -> Record:
    """What a fetch of projects saw and did, as in `matcher fetch --projects --json`."""
    lists = ("sources", "unchanged_sources", "problems", "wins")
    return {**asdict(report), **{name: list(getattr(report, name)) for name in lists}, "complete": report.complete}


def project_health_record(health: ProjectHealth) -> Record:
    """How much is kept of projects and how old it is, as in `matcher status --json`."""
    return {
        "projects": health.projects,
        "participations": health.participations,
        "organisations": health.organisations,
        "read": health.read.isoformat() if health.read else None,
        "sources": [
            {"source": one.name, "day": one.day, "projects": one.projects, "participations": one.participations}
            for one in health.sources
        ],
    }


def project_record(listed: ListedProject) -> Record:
    """One project, as in `matcher projects --json`: the part in it is of whom it was asked for."""
    one = listed.project
    return {
        "project": one.identifier,
        "acronym": one.acronym or None,
        "title": one.title,
        "topic": one.topic,
        "programme": one.framework or None,
        "signed": _day(one.date),
        "start": _day(one.start),
        "end": _day(one.end),
        "role": listed.role,
        "contribution_eur": listed.contribution_eur,
        "partners": list(listed.partners),
        "selected_by": None if listed.selected_by is None else list(listed.selected_by),
    }


def participation_record(part: Participation) -> Record:
    """An organisation's part in a project, as in `matcher projects NUMBER --json`."""
    return {
        "pic": part.pic,
        "name": part.name,
        "country": part.country or None,
        "type": part.type or None,
        "role": part.role,
        "contribution_eur": part.contribution_eur,
        "net_eur": part.net_eur,
        "ended": part.ended,
    }


def whole_project_record(one: Project, parts: Sequence[Participation]) -> Record:
    """A project in full, as in `matcher projects NUMBER --json`."""
    shown = project_record(ListedProject(one, None, one.contribution_eur))
    return {
        **{key: value for key, value in shown.items() if key not in {"role", "partners", "selected_by"}},
        "cost_eur": one.cost_eur,
        "scheme": one.scheme or None,
        "legal_basis": one.legal_basis or None,
        "keywords": [word.strip() for word in re.split(r"[;,]", one.keywords) if word.strip()],
        "concepts": list(one.concepts),
        "objective": one.text,
        "url": f"https://cordis.europa.eu/project/id/{one.identifier}",
        "participants": [participation_record(part) for part in parts],
    }


def run_record(run: RunRecord) -> Record:
    """One run of the daily job or of a part of it."""
    return {
        "run": run.identifier,
        "kind": run.kind,
        "started": run.started.isoformat(),
        "finished": _moment(run.finished),
        "outcome": run.outcome,
        "detail": dict(run.detail),
    }


def envelope(**content: Any) -> Record:
    """The one object that `--json` prints."""
    return {"schema": SCHEMA, **content}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


PROJECT_FIELDS = tuple(project_record(ListedProject(Project("", ""))))
"""The keys of a project."""


def preview_record(preview: Preview) -> Record:
    """A digest before it is sent: `items` in the order of the mail, `network` for the network's, its text.

    `away` are the calls that only an excluded or a muted term keeps away.
    """
    digest = preview.digest
    return {
        "subscriber": digest.subscriber.identifier,
        "as_of": digest.day.isoformat(),
        "subject": preview.mail.subject,
        "message_id": preview.mail.message_id,
        "due": preview.due,
        "worth_sending": preview.worth_sending,
        "items": [item_record(item, digest.day) for item in digest.items],
        "left_out": digest.left_out,
        "network": _network_record(digest.network) if digest.network is not None else None,
        "problems": list(digest.health.problems),
        "stale": digest.health.stale,
        "text": preview.text,
        **away_records(digest.away),
        **sample_label(digest.health.sample),
    }


def item_record(item: Item, day: date) -> Record:
    """One call of a digest: the section it stands in, the call, whom it suits, and why it is told now."""
    return {
        "part": item.part.value,
        **call_record(item.call, day),
        "fit": item.fit,
        "institutes": _institutes(item.matches),
        "others": _institutes(item.others),
        "reminder": item.reminder,
        "first": item.first,
        "decisions": about_records(item.decisions),
        "changes": [change_record(change) for change in item.changes],
    }


def _institutes(matches: Iterable[Match]) -> list[Record]:
    return [{"institute": m.institute, "fit": m.fit, "words": list(m.words(WORDS))} for m in matches]


def _network_record(view: NetworkView) -> Record:
    return {
        "calls": [call.identifier for call in view.calls],
        "matrix": [{"institute": name, "fits": list(fits)} for name, fits in view.matrix],
        "joint": [{"call": i.call.identifier, "institutes": _institutes(i.matches)} for i in view.joint],
        "unseen": [{"call": i.call.identifier, "institutes": _institutes(i.matches)} for i in view.unseen],
        "untaken": [{"call": i.call.identifier, "institutes": _institutes(i.matches)} for i in view.untaken],
        "without": list(view.without),
        "runs": list(view.runs),
    }


def line_record(line: DigestLine) -> Record:
    """What became of one subscriber's mail."""
    return {
        "subscriber": line.subscriber,
        "address": line.address,
        "mail": line.fate.value,
        "calls": line.calls,
        "left_out": line.left_out,
        "subject": line.subject,
        "message_id": line.message_id,
    }


def delivery_record(report: DeliveryReport, left: MailsLeft) -> Record:
    """What one delivery did, and how many mails it left: due ones, and those that wait for another attempt."""
    return {
        "sent": report.sent,
        "retried": report.retried,
        "failed": report.failed,
        "paused": list(report.paused),
        "duplicates_possible": list(report.duplicates_possible),
        "due": left.due,
        "waiting": left.waiting,
        "next_attempt": _moment(left.until),
    }


def status_record(status: MailStatus) -> Record:
    """The outbox: its numbers, the addresses that refused mail, the last mails."""
    queue = status.queue
    return {
        "transport": status.transport,
        "queued": queue.queued,
        "due": queue.due,
        "sending": queue.sending,
        "sent": queue.sent,
        "failed": queue.failed,
        "next_attempt": _moment(queue.next_attempt),
        "addresses": [
            {"address": a.address, "refusals": a.refusals, "paused_at": _moment(a.paused_at), "reason": a.reason}
            for a in status.addresses
        ],
        "mails": [mail_record(mail) for mail in status.mails],
    }


def mail_record(queued: QueuedMail) -> Record:
    """One mail of the outbox, without its text."""
    mail = queued.mail
    return {
        "day": mail.day.isoformat(),
        "subscriber": mail.subscriber,
        "address": mail.address,
        "kind": mail.kind,
        "state": queued.state.value,
        "attempts": queued.attempts,
        "created": queued.created.isoformat(),
        "next_attempt": _moment(queued.next_attempt) if queued.state is MailState.QUEUED else None,
        "sent_at": _moment(queued.sent_at),
        "last_error": queued.last_error,
        "subject": mail.subject,
        "message_id": mail.message_id,
    }


def subscriber_record(line: SubscriberLine) -> Record:
    """A subscriber as `subscribers.yaml` says, the day of the last mail that was delivered, and of one that waits."""
    s = line.subscriber
    weekly = s.frequency is Frequency.WEEKLY
    return {
        "subscriber": s.identifier,
        "name": s.name,
        "address": s.address,
        "language": s.language.value,
        "institutes": list(s.institutes),
        "frequency": f"weekly: {WEEKDAYS[s.weekday]}" if weekly else s.frequency.value,
        "threshold": s.threshold,
        "programmes": list(s.programmes),
        "actions": list(s.actions),
        "most": s.most,
        "reminders": list(s.reminders),
        "reminders_of_kept": s.reminders_of_kept,
        "mute_calls": list(s.mute_calls),
        "mute_terms": list(s.mute_terms),
        "resurface": s.resurface,
        "send_empty": s.send_empty,
        "last_mail": line.last_mail.isoformat() if line.last_mail else None,
        "queued_mail": line.queued.isoformat() if line.queued else None,
        "paused": line.paused,
    }


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_NO_MAIL = Mail("", "", "", date.min, "", b"", "")

LINE_FIELDS = tuple(line_record(DigestLine("", "", Fate.NOT_DUE)))
"""The keys of a line, for the header of a listing that is empty."""

MAIL_FIELDS = tuple(mail_record(QueuedMail(_NO_MAIL, MailState.SENT, 0, _EPOCH, _EPOCH)))
"""The keys of a mail of the outbox."""

SUBSCRIBER_FIELDS = tuple(subscriber_record(SubscriberLine(Subscriber("", "", ""), None, None, paused=False)))
"""The keys of a subscriber."""


def run_outcome_record(outcome: RunOutcome) -> dict[str, Any]:
    """What `run --json` prints; `folder` and `institutes` are of the lists, `digests` and `delivery` of the mails."""
    sending = outcome.sending
    return {
        "run": outcome.run,
        "as_of": outcome.as_of.isoformat(),
        "outcome": outcome.outcome,
        "sample": outcome.sample,
        "fetch": fetch_record(outcome.fetch) if outcome.fetch else None,
        "folder": str(outcome.folder) if outcome.folder else None,
        "institutes": [list_record(line) for line in outcome.lines],
        "digests": [line_record(line) for line in sending.lines] if sending else [],
        "delivery": delivery_record(sending.delivery, sending.left) if sending else None,
        "projects": project_report_record(outcome.projects) if outcome.projects else None,
        "problems": list(outcome.problems),
    }


def list_record(line: InstituteLine) -> dict[str, Any]:
    """One institute's list, in short."""
    return {"institute": line.institute, "matches": line.matches, "best": line.best, "fit": line.fit}


def institute_record(institute: Institute) -> dict[str, Any]:
    return {
        "institute": institute.identifier,
        "acronym": institute.acronym,
        "name_en": institute.name_en,
        "name_fr": institute.name_fr,
        "label_2015": institute.label_2015,
        "label_current": institute.label_current,
        "label_note": institute.label_note,
        "successor": institute.successor,
        "location": institute.location,
        "website": institute.website,
        "legal_names": [
            {"name": n.name, "pic": n.pic, "take": n.take.value if n.pic else None} for n in institute.legal_names
        ],
        "keywords_en": list(institute.keywords_en),
        "keywords_fr": list(institute.keywords_fr),
        "labs": [lab.name for lab in institute.labs],
    }


def label_text(value: bool | None) -> str:
    """Whether an institute bears a label; unknown is `uncertain`."""
    return {True: "yes", False: "no", None: "uncertain"}[value]
