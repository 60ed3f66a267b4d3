"""`matcher digest …` and `subscribers`: who gets which mail, and where the mails stand."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.app.answering.questions import institute_calendar
from matcher.app.decisions.deciding import dismiss_for_reader
from matcher.app.mails.mailing import Mailing
from matcher.cli.layout import paragraphs, table
from matcher.cli.options import COUNT, DayType, as_of_option
from matcher.cli.output import away_text, complain, output_options, partly, print_csv, print_json, say
from matcher.cli.spoken_language import spoken, tr
from matcher.model.day import brussels_day
from matcher.model.outcomes import PARTLY_DONE
from matcher.present.call_rows import ITEM_COLUMNS, item_row
from matcher.present.mail_records import (
    LINE_FIELDS,
    MAIL_FIELDS,
    SUBSCRIBER_FIELDS,
    delivery_record,
    line_record,
    mail_record,
    preview_record,
    status_record,
    subscriber_record,
)
from matcher.present.records import envelope, sample_label
from matcher.text.counted import counted

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.outcomes import MailStatus, Preview, Sending
    from matcher.model.subscription import DeliveryReport, MailsLeft

_LANGUAGES = click.Choice(["fr", "en"])


@click.group("digest")
def digest_command() -> None:
    """Mails: what people would get, sending it, and where it stands."""


@digest_command.command("preview", short_help="What a subscriber would get on a day.")
@click.argument("subscriber", required=False)
@click.option("--institute", metavar="ID", help='For an institute (or "ID/LAB", or "*"), without any subscriber.')
@click.option("--joint-bids", is_flag=True, help="The mail of joint bids that the next round brings.")
@click.option("--language", type=_LANGUAGES, help="Instead of the subscriber's.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the HTML part to this file.")
@click.option("--open", "show", is_flag=True, help="Show the HTML part in the browser.")
@as_of_option
@output_options
@click.pass_obj
def preview_command(  # noqa: PLR0913 (click hands over one parameter an option)
    home: Home,
    /,
    subscriber: str | None,
    institute: str | None,
    joint_bids: bool,
    language: str | None,
    html: Path | None,
    show: bool,
    as_of: date | None,
    output: str | None,
) -> None:
    """What SUBSCRIBER (the first one, if none is named) would get today; nothing is queued."""
    from matcher.model.language import Language

    wanted = Language(language) if language else None
    preview = Mailing(home).preview(
        subscriber, institute=institute, language=wanted, joint_bids=joint_bids, as_of=as_of
    )
    page = html or (home.settings.home / "preview.html" if show else None)
    if page is not None:
        page.write_text(preview.mail.html, encoding="utf-8")
        say(tr("The HTML part is in {file}", file=page))
    if show and page is not None:
        click.launch(str(page))
    digest = preview.digest
    if output == "json":
        print_json(envelope(**preview_record(preview)))
    elif output == "csv":
        label = sample_label(digest.health.sample)
        rows = ({**item_row(item, digest.day), **label} for item in digest.items)
        print_csv(rows, (*ITEM_COLUMNS, *label))
    else:
        _show(preview)


def _show(preview: Preview) -> None:
    click.echo("".join(f"{name}: {value}\n" for name, value in preview.headers.items()))
    click.echo(preview.text, nl=False)
    if preview.digest.away:
        say(away_text(preview.digest.away))
    if preview.digest.is_joint:
        _tell_round(preview)
    elif not preview.worth_sending:
        say(tr("This mail would not be sent: there is nothing new (`send_empty: true` sends it all the same)."))
    elif not preview.due:
        day = preview.digest.day.isoformat()
        say(tr("This mail would not be sent on {day}: it is not the subscriber's day.", day=day))


def _tell_round(preview: Preview) -> None:
    """What keeps a mail of joint bids from being sent."""
    if not preview.digest.subscriber.joint_bids:
        say(tr("This mail would not be sent: the subscriber wants none (`joint_bids: false`)."))
    elif not preview.worth_sending:
        say(tr("This mail would not be sent: there is no new joint bid."))
    elif not preview.due:
        say(tr("This mail would not be sent now: the last round is less than a week ago, or the listing is old."))


@digest_command.command("send", short_help="Compose, queue and send the digests that are due.")
@click.argument("subscribers", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Say who would get what; queue and send nothing.")
@click.option("--now", "at_once", is_flag=True, help="Send also the mails that wait for another attempt.")
@as_of_option
@output_options
@click.pass_obj
def send_command(
    home: Home, /, subscribers: tuple[str, ...], dry_run: bool, at_once: bool, as_of: date | None, output: str | None
) -> int:
    """Compose, queue and send the digests that are due; nobody gets two of one day.

    SUBSCRIBERS who are named get theirs whatever their day of the week is.
    """
    if not home.subscribers:
        say(spoken().tell(Mailing(home).nobody))
    sending = Mailing(home).send(subscribers, as_of=as_of, dry_run=dry_run, at_once=at_once)
    if output == "json":
        lines = [line_record(line) for line in sending.lines]
        delivery = None if dry_run else delivery_record(sending.delivery, sending.left)
        print_json(
            envelope(
                as_of=sending.day.isoformat(),
                dry_run=dry_run,
                digests=lines,
                delivery=delivery,
                problems=list(sending.problems),
            )
        )
    elif output == "csv":
        print_csv(map(line_record, sending.lines), LINE_FIELDS)
    else:
        show_sending(home, sending, dry_run=dry_run)
    for problem in sending.problems:
        complain(problem)
    return PARTLY_DONE if sending.partly else 0


def show_sending(home: Home, sending: Sending, *, dry_run: bool = False) -> None:
    """A line for each subscriber, then what was delivered and where."""
    if sending.lines:
        rows = [
            (line.subscriber, line.fate.value, "—" if line.calls is None else str(line.calls), line.subject or "—")
            for line in sending.lines
        ]
        click.echo(table(("subscriber", "mail", "calls", "subject"), rows))
    if not dry_run:
        from matcher.app.mails.mailing import destination

        click.echo(f"\nMails: {_counts(sending.delivery, sending.left)}; they go to {destination(home.settings)}")


def _counts(done: DeliveryReport, left: MailsLeft) -> str:
    """`2 sent, 4 wait until 23:22 UTC (--now sends them at once), 0 failed`."""
    parts = [f"{done.sent} sent"]
    if left.due:
        parts.append(f"{left.due} {'stays' if left.due == 1 else 'stay'} queued for the next delivery")
    if left.until is not None:
        today = left.until.date() == datetime.now(UTC).date()
        until = f"{left.until:%H:%M} UTC" if today else f"{left.until:%Y-%m-%d %H:%M} UTC"
        wait, them = ("waits", "it") if left.waiting == 1 else ("wait", "them")
        parts.append(f"{left.waiting} {wait} until {until} (`matcher digest send --now` sends {them} at once)")
    return ", ".join([*parts, f"{done.failed} failed"])


@digest_command.command("status", short_help="The outbox: queued, sent, failed, next attempt.")
@click.option("--last", type=COUNT, default=20, show_default=True, help="How many mails.")
@output_options
@click.pass_obj
def digest_status_command(home: Home, last: int, output: str | None) -> None:
    """Mails queued, sent and failed, the next attempt, and addresses that are paused."""
    status = Mailing(home).status(last)
    if output == "json":
        print_json(envelope(**status_record(status)))
    elif output == "csv":
        print_csv(map(mail_record, status.mails), MAIL_FIELDS)
    else:
        _show_status(status)


def _show_status(status: MailStatus) -> None:
    queue = status.queue
    following = f"{queue.next_attempt:%Y-%m-%d %H:%M} UTC" if queue.next_attempt else "none"
    click.echo(f"mails go to   {status.transport}")
    click.echo(f"queued        {queue.queued}, {queue.due} of them due, {queue.sending} with a process")
    click.echo(f"sent          {queue.sent}")
    click.echo(f"failed        {queue.failed}")
    click.echo(f"next attempt  {following}")
    for record in status.addresses:
        state = (
            f"paused since {brussels_day(record.paused_at)}"
            if record.paused_at
            else counted(record.refusals, "refusal")
        )
        click.echo(f"{record.address}: {state}" + (f" ({record.reason})" if record.reason else ""))
    if any(record.paused_at for record in status.addresses):
        click.echo("`matcher digest unpause ADDRESS` takes one up again.")
    if status.mails:
        rows = [
            (
                m.mail.day.isoformat(),
                m.mail.subscriber,
                m.state.value,
                str(m.attempts),
                m.mail.subject,
                m.last_error or "",
            )
            for m in status.mails
        ]
        click.echo("\n" + table(("day", "subscriber", "state", "attempts", "subject", "last error"), rows))


@digest_command.command("resend", short_help="Send a subscriber's mails of a day once more.")
@click.argument("subscriber")
@click.argument("day", type=DayType())
@click.pass_obj
def resend_command(home: Home, subscriber: str, day: date) -> int:
    """Send the mails of SUBSCRIBER of a DAY once more, the very same ones."""
    found, delivery, left = Mailing(home).resend(subscriber, day)
    for message_id in found:
        click.echo(f"queued again {message_id}")
    click.echo(_counts(delivery, left))
    return partly(delivery.problems)


@digest_command.command("test", short_help="Send one labelled test mail to an address.")
@click.argument("address")
@click.pass_obj
def test_command(home: Home, address: str) -> None:
    """Send one labelled test mail to ADDRESS, now; nobody else gets one and nothing is queued."""
    from matcher.app.mails.mail_trial import send_test_mail

    click.echo(f"The test mail for {address} is {send_test_mail(home, address)}.")


@digest_command.command("calendar", short_help="An institute's deadlines as an iCalendar file.")
@click.argument("institute")
@click.option("--language", type=_LANGUAGES, default="fr", show_default=True, help="Of its titles.")
@click.option("--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@as_of_option
@click.pass_obj
def calendar_command(home: Home, /, institute: str, language: str, path: Path | None, as_of: date | None) -> None:
    """The deadlines of INSTITUTE's calls of a good fit, as an iCalendar file."""
    from matcher.model.language import Language

    calendar = institute_calendar(home, institute, language=Language(language), as_of=as_of)
    if path is None:
        sys.stdout.write(calendar.decode().replace("\r\n", "\n"))
    else:
        path.write_bytes(calendar)
        say(f"The calendar is in {path}")


@digest_command.command("dismiss", short_help="Keep a call away from a subscriber's mails.")
@click.argument("subscriber")
@click.argument("call")
@click.option("--undo", is_flag=True, help="Take it back.")
@click.pass_obj
def dismiss_command(home: Home, subscriber: str, call: str, undo: bool) -> None:
    """Keep CALL away from the mails of SUBSCRIBER."""
    found = dismiss_for_reader(home, subscriber, call, undo=undo)
    click.echo(f"{found} {'comes back to' if undo else 'stays away from'} the mails of {subscriber}.")


@digest_command.command("unpause", short_help="Send again to an address that refused mails.")
@click.argument("address")
@click.pass_obj
def unpause_command(home: Home, address: str) -> None:
    """Send to ADDRESS again, which was paused after it refused mails."""
    Mailing(home).unpause(address)
    click.echo(f"{address} gets mail again.")


@digest_command.command("revert", short_help="Forget what a reader chose by a link of a mail.")
@click.argument("subscriber")
@click.pass_obj
def revert_command(home: Home, subscriber: str) -> None:
    """Forget what SUBSCRIBER chose by a link of a mail: subscribers.yaml stands again."""
    from matcher.app.mails.reader_choices import revert

    click.echo(f"The mails of {revert(home, subscriber)} are as subscribers.yaml says again.")


@click.command("subscribers")
@output_options
@click.pass_obj
def subscribers_command(home: Home, output: str | None) -> None:
    """Who gets mail, for which institutes, how often; every mistake of the file is told at once."""
    records = [subscriber_record(line) for line in Mailing(home).listed()]
    if output == "json":
        print_json(envelope(subscribers=records))
    elif output == "csv":
        names = ({**r, "searches": [search["name"] for search in r["searches"]]} for r in records)
        print_csv(names, SUBSCRIBER_FIELDS)
    elif not records:
        click.echo("\n".join(paragraphs(spoken().tell(Mailing(home).nobody))))
    else:
        rows = [
            (
                r["subscriber"],
                r["address"] + (" (paused)" if r["paused"] else ""),
                r["frequency"] + (" (chosen)" if r["chosen"] else ""),
                str(r["threshold"]),
                ", ".join(filter(None, (r["last_mail"], r["queued_mail"] and f"{r['queued_mail']} (queued)"))) or "—",
                ", ".join([*r["institutes"], *(f"“{search['name']}”" for search in r["searches"])]),
            )
            for r in records
        ]
        click.echo(table(("subscriber", "address", "frequency", "from fit", "last mail", "institutes, searches"), rows))
