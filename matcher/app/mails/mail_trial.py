"""What of the set-up can be tried without doing a day's work: the mail server, and one labelled mail."""

from __future__ import annotations

import socket
from contextlib import closing
from html import escape
from typing import TYPE_CHECKING

from matcher.app.mails.mailing import mail_server, outbox_folder, transport_of
from matcher.errors import MatcherError, UsageError, shorten
from matcher.model.day import brussels_day
from matcher.model.language import Language
from matcher.model.subscription import Mail, Subscriber

if TYPE_CHECKING:
    from matcher.app.home import Home

PATIENCE = 15.0
"""Seconds of silence after which a server that is only looked at is given up."""

TEST = "test"

_SUBJECT = "[TEST] matcher : message d'essai / test mail"

_TEXT = """\
Ceci est un message d'essai de matcher, envoyé à la demande de la personne qui l'administre, depuis {machine}.
Il porte les mêmes en-têtes que les mails sur les appels européens. Il n'y a rien à faire.

This is a test mail of matcher, sent because its operator asked for it, from {machine}.
It has the same headers as the mails on European calls. There is nothing to do.
"""


class NotDeliveredError(MatcherError):
    """A server did not take the test mail, or cannot be used."""


def look_at_mail_server(home: Home) -> str:
    """Connect to the mail server, negotiate TLS, log in and say what it answers; nothing is sent.

    Raises ConfigError, and NotDeliveredError with what is wrong.
    """
    from matcher.mail.smtp import SmtpTransport
    from matcher.mail.transport import Verdict

    server = mail_server(home.settings)
    if server is None:
        return f"none is set: mails become files in {outbox_folder(home.settings)}"
    with closing(SmtpTransport(server, timeout=PATIENCE)) as transport:
        outcome = transport.look(home.settings.mail.sender)
    if outcome.verdict is not Verdict.ACCEPTED:
        raise NotDeliveredError(outcome.reason)
    return outcome.reason


def send_test_mail(home: Home, address: str) -> str:
    """Send one labelled mail at once, past the outbox; where it went. Raises as `look_at_mail_server`, UsageError."""
    from matcher.mail.transport import Verdict

    mail = _test_mail(home, address)
    server = mail_server(home.settings)
    with closing(transport_of(home.settings)) as transport:
        outcome = transport.send(mail)
    if outcome.verdict is not Verdict.ACCEPTED:
        raise NotDeliveredError(f"The test mail for {address} was not sent: {outcome.reason}.")
    folder = outbox_folder(home.settings) / mail.day.isoformat()
    return f"a file in {folder}: no mail server is set" if server is None else f"taken by the mail server {server}"


def _test_mail(home: Home, address: str) -> Mail:
    from matcher.config.mail_address import mail_address
    from matcher.config.mistaken import Mistaken
    from matcher.mail.message import MailContent, build, message_id

    try:
        to = mail_address(address)
    except Mistaken as error:
        raise UsageError(
            "{address} is no mail address: write {error}.", address=shorten(address), error=error.saying
        ) from error
    now = home.clock()
    options = home.settings.mail
    text = _TEXT.format(machine=socket.gethostname() or "?")
    html = f"<!doctype html><title>{escape(_SUBJECT)}</title><pre>{escape(text)}</pre>\n"
    identifier = message_id(TEST, f"{to} {now.isoformat()}", now.date(), options.list_domain)
    reader = Subscriber(TEST, "", to, Language.FR)
    body = build(MailContent(_SUBJECT, text, html), reader, options, identifier=identifier, now=now)
    return Mail(identifier, TEST, to, brussels_day(now), _SUBJECT, body, html, TEST)
