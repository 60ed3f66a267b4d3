"""The JSON and CSV shapes of mails, of those who get them, and of what became of each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from matcher.model.day import WEEKDAYS
from matcher.model.match import WORDS, Match
from matcher.model.outcomes import SubscriberLine
from matcher.model.subscription import DigestLine, Fate, Frequency, Mail, MailState, QueuedMail, Subscriber
from matcher.present.decision_shapes import about_records
from matcher.present.records import Record, away_records, call_record, change_record, iso_moment, sample_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.model.outcomes import MailStatus, Preview
    from matcher.model.searched import SavedSearch
    from matcher.model.subscription import DeliveryReport, Item, MailsLeft, NetworkView


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
        "institutes": _institutes(match for match in item.matches if match.search is None),
        "searches": [_find_record(match) for match in item.matches if match.search is not None],
        "others": _institutes(item.others),
        "reminder": item.reminder,
        "first": item.first,
        "decisions": about_records(item.decisions),
        "changes": [change_record(change) for change in item.changes],
    }


def _institutes(matches: Iterable[Match]) -> list[Record]:
    return [{"institute": m.institute, "fit": m.fit, "words": list(m.words(WORDS))} for m in matches]


def _find_record(match: Match) -> Record:
    """A search that found a call, with the fit for its words and the sentence where they stand."""
    return {"search": match.search.name if match.search else None, "fit": match.fit, "sentence": match.sentence}


def _network_record(view: NetworkView) -> Record:
    return {
        "calls": [call.identifier for call in view.calls],
        "matrix": [{"institute": name, "fits": list(fits)} for name, fits in view.matrix],
        "joint": [{"call": i.call.identifier, "institutes": _institutes(i.matches)} for i in view.joint],
        "unseen": [{"call": i.call.identifier, "institutes": _institutes(i.matches)} for i in view.unseen],
        "untaken": [{"call": i.call.identifier, "institutes": _institutes(i.matches)} for i in view.untaken],
        "before": {"joint": view.before.joint, "unseen": view.before.unseen, "untaken": view.before.untaken},
        "without": list(view.without),
        "failed": list(view.failed),
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
        "kind": line.kind.value,
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
        "next_attempt": iso_moment(left.until),
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
        "next_attempt": iso_moment(queue.next_attempt),
        "addresses": [
            {"address": a.address, "refusals": a.refusals, "paused_at": iso_moment(a.paused_at), "reason": a.reason}
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
        "next_attempt": iso_moment(queued.next_attempt) if queued.state is MailState.QUEUED else None,
        "sent_at": iso_moment(queued.sent_at),
        "last_error": queued.last_error,
        "subject": mail.subject,
        "message_id": mail.message_id,
    }


def subscriber_record(line: SubscriberLine) -> Record:
    """A subscriber as it gets mails, the day of the last mail that was delivered, and of one that waits."""
    s = line.subscriber
    weekly = s.frequency is Frequency.WEEKLY
    return {
        "subscriber": s.identifier,
        "name": s.name,
        "address": s.address,
        "language": s.language.value,
        "institutes": list(s.institutes),
        "searches": [saved_search_record(search) for search in s.searches],
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
        "group": "part" if s.by_part else None,
        "joint_bids": s.joint_bids,
        "send_empty": s.send_empty,
        "last_mail": line.last_mail.isoformat() if line.last_mail else None,
        "queued_mail": line.queued.isoformat() if line.queued else None,
        "paused": line.paused,
        "chosen": line.chosen,
        "role": s.role.value,
    }


def saved_search_record(search: SavedSearch) -> Record:
    """A saved search as it is asked; `parts` are identifiers."""
    return {
        "name": search.name,
        "words": search.search.text,
        "parts": list(search.parts),
        "actions": list(search.actions),
        "threshold": search.threshold,
    }


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


_NO_MAIL = Mail("", "", "", date.min, "", b"", "")


LINE_FIELDS = tuple(line_record(DigestLine("", "", Fate.NOT_DUE)))
"""The keys of a line, for the header of a listing that is empty."""


MAIL_FIELDS = tuple(mail_record(QueuedMail(_NO_MAIL, MailState.SENT, 0, _EPOCH, _EPOCH)))
"""The keys of a mail of the outbox."""


SUBSCRIBER_FIELDS = tuple(subscriber_record(SubscriberLine(Subscriber("", "", ""), None, None, paused=False)))
"""The keys of a subscriber."""
