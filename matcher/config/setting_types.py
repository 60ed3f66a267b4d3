"""Kinds of values that settings hold, each with what a mistake in it is told as."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from matcher.config.addresses import address_mistake
from matcher.config.mail_address import mail_address, one_line
from matcher.config.mistake_words import like
from matcher.config.mistaken import Mistaken
from matcher.config.old_fits import HIGHEST, instead_of
from matcher.text.saying import Saying


def _chance(value: int) -> int:
    if value > HIGHEST:
        raise Mistaken(
            "at most {highest}: {instead}; what is below `digest.threshold` stands apart anyhow",
            highest=HIGHEST,
            instead=instead_of(value),
        )
    return value


def _address_or_empty(value: str) -> str:
    return mail_address(value) if value else value


def _https_or_empty(value: str) -> str:
    if value and not re.fullmatch(r"https://[^\s<>]+", value):
        raise Mistaken("a URL that begins with https://")
    return value


def _ip_or_empty(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value)) if value else value
    except ValueError as error:
        raise Mistaken("an address such as 10.0.0.5") from error


def _server_or_empty(value: str) -> str:
    if value and address_mistake(value, base=True):
        raise Mistaken("an https address without a query (http on this machine only)")
    return value


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Mistaken("a time zone such as Europe/Paris") from error
    return value


Address = Annotated[str, AfterValidator(_address_or_empty)]

Chance = Annotated[int, Field(ge=0, le=100), AfterValidator(_chance)]

DomainName = Annotated[str, like(r"[A-Za-z0-9.-]*", Saying("a domain name such as calls.example.org"))]

HeaderName = Annotated[str, like(r"([A-Za-z][A-Za-z0-9-]*)?", Saying("the name of a header, such as X-Remote-User"))]

Https = Annotated[str, AfterValidator(_https_or_empty)]

IpAddress = Annotated[str, AfterValidator(_ip_or_empty)]

Line = Annotated[str, Field(max_length=100), AfterValidator(one_line)]

LocalTime = Annotated[str, like(r"([01]\d|2[0-3]):[0-5]\d", Saying('a time of day, "HH:MM", such as "06:30"'))]

Server = Annotated[str, AfterValidator(_server_or_empty)]

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

Zone = Annotated[str, AfterValidator(_known_zone)]
