"""The mail with a link that signs in: in the reader's language, at once, past the outbox."""

from __future__ import annotations

from contextlib import closing
from html import escape
from typing import TYPE_CHECKING

from matcher.app.mails.mailing import transport_of
from matcher.model.day import brussels_day
from matcher.model.subscription import Mail

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.mail.transport import Outcome
    from matcher.model.subscription import Subscriber

SIGN_IN = "sign-in"


def send_sign_in_link(home: Home, subscriber: Subscriber, address: str, minutes: int) -> Outcome:
    """Send a subscriber the link; what the transport says of it."""
    mail = _mail(home, subscriber, address, minutes)
    with closing(transport_of(home.settings)) as transport:
        return transport.send(mail)


def _mail(home: Home, subscriber: Subscriber, address: str, minutes: int) -> Mail:
    from matcher.mail.message import MailContent, build, message_id
    from matcher.present.words import Words

    words = Words(subscriber.language)
    subject = words.say("matcher: sign in")
    told = (
        words.say("This link signs you in. It holds for {n} minutes, and once:", n=minutes),
        address,
        words.say("Whoever did not ask for it need do nothing: without the link nobody gets in."),
    )
    text = "\n\n".join(told) + "\n"
    html = f"<!doctype html><html lang={subscriber.language.value}><title>{escape(subject)}</title>"
    html += f'<p>{escape(told[0])}</p><p><a href="{escape(address)}">{escape(words.say("Sign in"))}</a></p>'
    html += f"<p>{escape(told[2])}</p></html>\n"
    now, options = home.clock(), home.settings.mail
    identifier = message_id(SIGN_IN, f"{subscriber.identifier} {now.isoformat()}", now.date(), options.list_domain)
    body = build(MailContent(subject, text, html), subscriber, options, identifier=identifier, now=now)
    name = f"{SIGN_IN}-{subscriber.identifier}"
    return Mail(identifier, name, subscriber.address, brussels_day(now), subject, body, html, SIGN_IN)
