"""Headers and parts of a mail, read back by the standard parser."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from matcher.digest.render import render
from matcher.errors import ConfigError
from matcher.model.language import Language
from tests.helpers.mail import digests

if TYPE_CHECKING:
    from matcher.config.setting_sections import MailSettings


def parsed(language: Language = Language.FR, options: MailSettings = digests.SETTINGS) -> EmailMessage:
    mail = render(digests.normal(language), options, now=digests.NOW)
    message = message_from_bytes(mail.body, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_headers_come_back_as_they_were_meant() -> None:
    mail = render(digests.normal(Language.FR), digests.SETTINGS, now=digests.NOW)
    message = parsed()
    assert message["Subject"] == mail.subject
    assert message["Message-ID"] == mail.message_id
    assert message["From"].addresses[0].addr_spec == "calls@example.org"
    assert message["To"].addresses[0].display_name == "Hélène Martin"
    assert message["Date"].datetime == digests.NOW
    assert message["List-Id"] == "<calls.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Precedence"] == "bulk"
    assert [d for part in message.walk() for d in part.defects] == []


def test_a_long_list_unsubscribe_is_one_line() -> None:
    url = "https://calls.example.org/" + "unsubscribe/" * 12 + "{subscriber}"
    options = replace(digests.SETTINGS, unsubscribe_https=url)
    raw = render(digests.normal(Language.FR), options, now=digests.NOW).body.decode("ascii")
    (line,) = re.findall(r"^List-Unsubscribe: .*\r$", raw, re.MULTILINE)
    assert "=?" not in line
    assert line.count("unsubscribe/") == 12
    assert "<mailto:unsubscribe@example.org?subject=unsubscribe%20brgm-europe>" in line
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_one_click_is_promised_only_with_an_address_on_the_web() -> None:
    message = parsed(options=replace(digests.SETTINGS, unsubscribe_https=""))
    assert "List-Unsubscribe-Post" not in message
    assert message["List-Unsubscribe"].startswith("<mailto:")


def test_bytes_travel_unchanged() -> None:
    body = render(digests.fullest(Language.FR), digests.SETTINGS, now=digests.NOW).body
    assert body.isascii()
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")
    assert max(map(len, body.split(b"\r\n"))) <= 200
    content = body.partition(b"\r\n\r\n")[2]
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_parts_and_their_order() -> None:
    message = parsed()
    assert message.get_content_type() == "multipart/mixed"
    alternative, calendar = message.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html"]
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_filename() == "echeances-2027-01-12.ics"
    assert calendar["Content-Type"].params["method"] == "PUBLISH"
    mail = render(digests.normal(Language.FR), digests.SETTINGS, now=digests.NOW)
    html = message.get_body(("html",))
    assert html is not None
    assert html.get_content().replace("\r\n", "\n").rstrip() == mail.html.rstrip()


def test_a_mail_without_deadlines_has_no_calendar() -> None:
    body = render(digests.weekly(Language.EN), digests.SETTINGS, now=digests.NOW).body
    message = message_from_bytes(body, policy=default)
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: c@d", "a b@c", "<>"])
def test_an_address_that_cannot_stand_in_a_header_is_a_mistake_of_the_configuration(address: str) -> None:
    digest = digests.normal(Language.EN)
    digest = replace(digest, subscriber=replace(digest.subscriber, address=address))
    with pytest.raises(ConfigError, match="no mail address"):
        render(digest, digests.SETTINGS, now=digests.NOW)


def test_kind_and_identity() -> None:
    network = render(digests.network(Language.EN), digests.SETTINGS, now=digests.NOW)
    daily = render(digests.normal(Language.EN), digests.SETTINGS, now=digests.NOW)
    assert (network.kind, daily.kind) == ("network", "digest")
    assert (daily.subscriber, daily.address, daily.day) == ("brgm-europe", "europe@brgm.example", digests.TODAY)
