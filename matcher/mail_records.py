"""The JSON shapes of subscribers, digests and mails, beside those of `matcher.records`. Unknown is `None`, never 0."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from matcher.config.subscribers import WEEKDAYS
from matcher.model.answers import SubscriberLine
from matcher.model.subscription import DigestLine, Fate, Frequency, Mail, MailState, QueuedMail, Subscriber
from matcher.records import Record, call_record, change_record, sample_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.model.answers import MailStatus, Preview
    from matcher.model.subscription import DeliveryReport, Item, NetworkView, Suitor


def preview_record(preview: Preview) -> Record:
    """A digest before it is sent: `items` in the order of the mail, `network` for the network's, and its text."""
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
        **sample_label(digest.health.sample),
    }


def item_record(item: Item, day: date) -> Record:
    """One call of a digest: the section it stands in, the call, whom it suits, and why it is told now."""
    return {
        "part": item.part.value,
        **call_record(item.call, day),
        "fit": item.fit,
        "institutes": _suitors(item.suitors),
        "others": _suitors(item.others),
        "reminder": item.reminder,
        "first": item.first,
        "changes": [change_record(change) for change in item.changes],
    }


def _suitors(suitors: Iterable[Suitor]) -> list[Record]:
    return [{"institute": s.institute, "fit": s.fit, "words": list(s.words)} for s in suitors]


def _network_record(view: NetworkView) -> Record:
    return {
        "calls": [call.identifier for call in view.calls],
        "matrix": [{"institute": name, "fits": list(fits)} for name, fits in view.matrix],
        "joint": [{"call": i.call.identifier, "institutes": _suitors(i.suitors)} for i in view.joint],
        "unseen": [{"call": i.call.identifier, "institutes": _suitors(i.suitors)} for i in view.unseen],
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


def delivery_record(report: DeliveryReport) -> Record:
    """What one delivery did."""
    return {
        "sent": report.sent,
        "retried": report.retried,
        "failed": report.failed,
        "paused": list(report.paused),
        "duplicates_possible": list(report.duplicates_possible),
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
    """A subscriber as `subscribers.yaml` says, and the day of the last mail."""
    s = line.subscriber
    weekly = s.frequency is Frequency.WEEKLY
    return {
        "subscriber": s.identifier,
        "name": s.name,
        "address": s.address,
        "language": s.language.value,
        "institutes": list(s.institutes),
        "frequency": f"weekly: {WEEKDAYS[s.weekday]}" if weekly else s.frequency.value,
        "min_fit": s.min_fit,
        "programmes": list(s.programmes),
        "actions": list(s.actions),
        "most": s.most,
        "reminders": list(s.reminders),
        "mute_calls": list(s.mute_calls),
        "mute_terms": list(s.mute_terms),
        "resurface": s.resurface,
        "send_empty": s.send_empty,
        "last_mail": line.last_mail.isoformat() if line.last_mail else None,
        "paused": line.paused,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_MAIL = Mail("", "", "", date.min, "", b"", "")

LINE_FIELDS = tuple(line_record(DigestLine("", "", Fate.NOT_DUE)))
"""The keys of a line, for the header of a listing that is empty."""

MAIL_FIELDS = tuple(mail_record(QueuedMail(_NO_MAIL, MailState.SENT, 0, _EPOCH, _EPOCH)))
"""The keys of a mail of the outbox."""

SUBSCRIBER_FIELDS = tuple(subscriber_record(SubscriberLine(Subscriber("", "", ""), None, paused=False)))
"""The keys of a subscriber."""
