"""The mails of a reader: how often they come and from which fit on, a pause, and what the next one would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.mails.feed_addresses import feed_addresses
from matcher.app.mails.mailing import Mailing
from matcher.app.mails.reader_choices import choices, narrow, wish
from matcher.model.day import brussels_day
from matcher.model.mail_link import PAUSE_DAYS, ReaderChoice, Wish
from matcher.model.subscription import Frequency
from matcher.web.asked_question import several
from matcher.web.failures import Missing, Refused
from matcher.web.pages.own_feeds import own_addresses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from matcher.model.subscription import Subscriber
    from matcher.present.words import Words
    from matcher.web.visit import Visit


NARROW = "narrow"
"""What the button below the fields is called, beside those of wishes."""


def mails(visit: Visit) -> Response:
    """The mails of whoever is signed in, with the next one."""
    return mails_page(visit, _reader(visit), of_link=False)


def change(visit: Visit) -> Response:
    """Keep what the form asks for, and show what came of it."""
    reader, form = _reader(visit), visit.form
    if form.get("do") == NARROW:
        narrow(visit.home, reader, several(form.get("programmes", "")), several(form.get("reminders", "")))
    else:
        wish(visit.home, reader, asked_wish(form))
    answer = visit.see_other("/mails")
    visit.tell(answer, visit.words.say("Done."))
    return answer


def renew(visit: Visit) -> Response:
    """Give the calendar and the feed new addresses: who has the old ones sees nothing by them any more."""
    reader = _reader(visit)
    if (known := feed_addresses(visit.home)) is None:
        raise Missing("No calendars and feeds are here: [web] address is not set.")
    known.renew(reader)
    answer = visit.see_other("/mails")
    visit.tell(answer, visit.words.say("The addresses are new: give them to your programs, the old ones hold no more."))
    return answer


def _reader(visit: Visit) -> str:
    """The subscriber who is signed in. Raises Missing of whoever has the machine, who gets no mails by that."""
    if visit.person.name is None:
        raise Missing("Mails go to subscribers: `matcher subscribers` lists them, `matcher digest preview` shows one.")
    return visit.person.name


def asked_wish(form: Mapping[str, str]) -> Wish:
    """What a form asks for. Raises Refused."""
    try:
        return Wish(form.get("do", ""))
    except ValueError as error:
        raise Refused("The form asks for nothing that mails have.") from error


def mails_page(visit: Visit, name: str, *, asks: bool = False, done: bool = False, of_link: bool = True) -> Response:
    """The page of a subscriber's mails: `of_link` for who only has a link; `asks` whether they shall end."""
    configured = visit.home.subscriber(name)
    with visit.home.open_store(read_only=True) as store:
        chosen = choices(store).get(configured.identifier, ReaderChoice())
    reader = chosen.applied(configured, brussels_day(visit.home.clock()))
    stopped = reader.frequency is Frequency.OFF
    return visit.page(
        "reader_mails.html",
        bare=of_link,
        reader=reader,
        how_often=_how_often(reader, chosen, visit.words),
        stopped=stopped,
        weekly=reader.frequency is Frequency.WEEKLY,
        asks=asks and not stopped,
        done=done,
        pause_days=PAUSE_DAYS,
        programmes=", ".join(reader.programmes),
        reminders=", ".join(map(str, reader.reminders)),
        feeds={} if of_link else own_addresses(visit, configured),
        preview=None if of_link else Mailing(visit.home).preview(name),
    )


def _how_often(reader: Subscriber, chosen: ReaderChoice, words: Words) -> str:
    if reader.frequency is Frequency.WEEKLY:
        return words.say("Mails come once a week, on {day}.", day=words.weekday_name(reader.weekday))
    if reader.frequency is Frequency.OFF and chosen.paused_until is not None:
        return words.say("No mails come before {day}.", day=words.day(chosen.paused_until))
    return {
        Frequency.DAILY: words.say("Mails come every day on which there is news."),
        Frequency.WEEKDAYS: words.say("Mails come on working days on which there is news."),
        Frequency.OFF: words.say("No mails come."),
    }[reader.frequency]
