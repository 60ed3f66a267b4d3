"""Where links of mails lead: a page that asks, and the one button that does it.

The address is the proof of who answers, for a limited time. Programs that open links of mails change nothing by it, as
only the button does; one POST without it ends the mails, as mail programs send it (RFC 8058).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from matcher.app.answering.questions import why
from matcher.app.decisions.deciding import decide
from matcher.app.mails.mail_links import LinkRefused, mail_links
from matcher.app.mails.reader_choices import wish
from matcher.model.decision import Act, Cause, Order
from matcher.model.mail_link import LinkAct, Wish
from matcher.model.question import Question
from matcher.present.decision_words import reason_text
from matcher.present.words import Words
from matcher.web.failures import Missing, Refused
from matcher.web.pages.reader_mails import asked_wish, mails_page

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.model.decision import Settled
    from matcher.model.institute import Institute
    from matcher.model.mail_link import MailLink
    from matcher.model.subscription import Subscriber
    from matcher.web.visit import Visit


@dataclass(frozen=True, slots=True)
class _Answer:
    """A link that holds; `visit` is in the language of whose it is."""

    visit: Visit
    link: MailLink

    @property
    def reader(self) -> Subscriber:
        return self.link.subscriber

    @property
    def institute(self) -> Institute:
        """Whose decision it is. Raises Missing where it is none of the reader's (any more)."""
        own = self.reader.of_institutes
        found = [one for one in self.visit.home.institutes if one.identifier == self.link.institute]
        if not found or self.link.institute not in own or not self.reader.role.decides:
            raise Missing("This link is of an institute whose mails you get no more.")
        return found[0]


def show(visit: Visit) -> Response:
    """What a link is for, and the button that does it; nothing is changed."""
    answer = _answered(visit)
    if answer.link.act in {LinkAct.MAILS, LinkAct.UNSUBSCRIBE}:
        return mails_page(answer.visit, answer.reader.identifier, asks=answer.link.act is LinkAct.UNSUBSCRIBE)
    return _call(answer)


def take(visit: Visit) -> Response:
    """Do what the button says, or what a mail program sends to unsubscribe."""
    answer = _answered(visit)
    if answer.link.act in {LinkAct.MAILS, LinkAct.UNSUBSCRIBE}:
        one_click = visit.form.get("List-Unsubscribe") == "One-Click" and answer.link.act is LinkAct.UNSUBSCRIBE
        wish(visit.home, answer.reader.identifier, Wish.STOP if one_click else asked_wish(visit.form))
        return mails_page(answer.visit, answer.reader.identifier, done=True)
    return _call(answer, _decided(answer))


def _answered(visit: Visit) -> _Answer:
    """The link of the address. Raises Missing for one that does not hold (any more)."""
    links = mail_links(visit.home)
    if links is None:
        raise Missing("No links of mails are taken here: [web] address is not set.")
    try:
        link = links.read(visit.named("token"), visit.home.subscribers)
    except LinkRefused as error:
        raise Missing(error.saying) from error
    return _Answer(replace(visit, words=Words(link.subscriber.language)), link)


def _decided(answer: _Answer) -> Settled:
    """Keep what the form says: the decision of the link, or of the other button, or taking it back."""
    form = answer.visit.form
    act = {"keep": Act.KEEP, "dismiss": Act.DISMISS}.get(form.get("do", ""))
    if act is None:
        raise Refused("The form says neither to keep nor to dismiss.")
    undo = form.get("undo") == "1"
    cause = (form.get("reason") or None) if act is Act.DISMISS and not undo else None
    order = Order.of(act, cause, undo=undo, by=answer.reader.identifier)
    return decide(answer.visit.home, answer.institute.identifier, [answer.link.call], order)


def _call(answer: _Answer, settled: Settled | None = None) -> Response:
    visit, institute = answer.visit, answer.institute
    shown = why(visit.home, Question((institute.identifier,)), answer.link.call)
    return visit.page(
        "mail_answer.html",
        bare=True,
        institute=institute,
        link=answer.link,
        match=shown.match,
        today=shown.as_of,
        settled=settled,
        causes=[(one.value, reason_text(one, visit.words)) for one in Cause if one is not Cause.DUPLICATE],
    )
