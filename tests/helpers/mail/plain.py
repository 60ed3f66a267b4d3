"""A plain mail, ready to be sent."""

from __future__ import annotations

from datetime import date
from email import policy
from email.message import EmailMessage

from matcher.model.subscription import Mail

DAY = date(2026, 6, 15)
PASSWORD = "Zitrone-1871"
ANN = "ann@example.org"


def a_mail(number: int = 1, address: str = ANN, text: str = "Bonjour\r\n", html: str = "<p>Bonjour") -> Mail:
    message = EmailMessage(policy=policy.SMTP.clone(max_line_length=998))
    message_id = f"<{DAY}.s{number}@matcher.example.org>"
    message["From"] = "Carnot Europe <watch@example.org>"
    message["To"] = address if address.isascii() else "someone@example.org"
    message["Subject"] = "Three calls for the institute"
    message["Message-ID"] = message_id
    message.set_content(text)
    return Mail(message_id, f"s{number}", address, DAY, str(message["Subject"]), message.as_bytes(), html)
