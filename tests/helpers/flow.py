"""A configuration whose mails arrive at a real server, and a clock: what the tests of whole days share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from matcher.app.home import Home
from matcher.app.operation.daily import run_day
from matcher.app.run_context import Observer
from matcher.config.settings import load_settings
from tests.helpers.home import QUICK
from tests.helpers.portal.rows import Row, actions, topic

if TYPE_CHECKING:
    from matcher.model.outcomes import RunOutcome
    from tests.helpers.home import Place
    from tests.helpers.mail.smtp_server import Accepted, LocalSmtp

START = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)
MAIL = '[mail]\nrate = 1000\nsender = "calls@example.org"\noperator = "ops@example.org"\n'
LETI, MINES, EUROPE, OPS = "leti@example.org", "mines@example.org", "europe@example.org", "ops@example.org"
EVERYBODY = """
subscribers:
  - {id: leti, address: leti@example.org, institutes: [cea-leti], frequency: daily, language: en, most: 99,
     threshold: 0}
  - {id: mines, address: mines@example.org, institutes: [mines], language: fr, frequency: daily, threshold: 0, most: 99}
  - {id: network, address: europe@example.org, institutes: ["*"], language: en, frequency: daily, most: 200}
"""


def photonics(number: int, closes: date = date(2027, 1, 15), **metadata: object) -> Row:
    """A topic that suits cea-leti and mines, with a deadline."""
    opening = date(2026, 9, 1)
    dates = {
        "deadlineDate": [f"{closes}T00:00:00.000+0000"],
        "actions": [actions("HORIZON-IA HORIZON Innovation Actions", opening, [closes])],
    }
    about = "<p>Silicon photonics, integrated circuits, microelectronics, materials and MEMS sensors on wafers.</p>"
    fields = {"title": [f"Silicon photonics for sensors, part {number}"], "descriptionByte": [about], **dates}
    return topic(number, **{**fields, **metadata})


def name(number: int) -> str:
    """The identifier of `photonics(number)`."""
    return f"HORIZON-TEST-2027-{number // 10:04d}-{number % 10:02d}"


@dataclass
class Arrived:
    """A mail as a reader has it."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str

    @property
    def calls(self) -> list[str]:
        """The calls that it tells of, in its order."""
        return re.findall(r"^ +(HORIZON-TEST-[\d-]+)$", self.text, re.MULTILINE)


def read(body: bytes) -> Arrived:
    message = message_from_bytes(body, policy=policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Arrived(
        str(message["To"].addresses[0].addr_spec),
        str(message["Subject"]),
        text.get_content().replace("\r\n", "\n") if text else "",
        html.get_content() if html else "",
        str(message["Message-ID"]),
    )


@dataclass
class Flow:
    """Mornings of one installation; `smtp` is the server's URL, empty for files."""

    place: Place
    smtp: str = ""
    now: datetime = START
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.subscribe(EVERYBODY)
        self.set(MAIL)

    def subscribe(self, text: str) -> None:
        (self.place.config / "subscribers.yaml").write_text(text, encoding="utf-8")

    def set(self, text: str) -> None:
        (self.place.config / "matcher.toml").write_text(QUICK + text, encoding="utf-8")

    @property
    def app(self) -> Home:
        environment = self.place.environment | ({"MATCHER_SMTP_URL": self.smtp} if self.smtp else {})
        return Home(load_settings(environ=environment), clock=lambda: self.now)

    def run(self) -> RunOutcome:
        return run_day(self.app, observer=Observer(say=self.said.append, sleep=lambda _seconds: None))

    def later(self, **span: int) -> None:
        self.now += timedelta(**span)

    def fates(self, outcome: RunOutcome) -> dict[str, str]:
        assert outcome.sending is not None
        return {line.subscriber: line.fate.value for line in outcome.sending.lines}


class Inbox:
    """What a server accepted since it was last asked."""

    def __init__(self, server: LocalSmtp) -> None:
        self._server = server
        self._seen = 0

    def new(self) -> dict[str, Arrived]:
        """Mails by address; at most one each."""
        fresh: list[Accepted] = self._server.accepted[self._seen :]
        self._seen += len(fresh)
        mails = [read(accepted.body) for accepted in fresh]
        assert len({mail.to for mail in mails}) == len(mails)
        return {mail.to: mail for mail in mails}
