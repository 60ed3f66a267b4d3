"""Every secret that this process knows, and taking them out of what is said.

A secret is masked by its place (the password of a URL, of a query, of a libpq string) wherever it stands, and by its
value once it is known: settings, password files and addresses on the command line are told to `learn_from` and `learn`
as they are read. Whatever speaks (errors, output, logs, mails) calls `masked` last.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = "***"

_SHORTEST = 4
"""Masking every "a" of a text would hide the text, not the secret."""

_ORDINARY = re.compile(
    "matcher|carnot|europe|horizon|postgres|postgresql|psycopg|localhost|password|smtps?|sqlite|https?|calls?|mails?|"
    "portal|database|digest|institute|home|config|true|false|none|null|schema|status|index",
    re.IGNORECASE,
)
"""What the product says all the time: a password that is such a word is masked by its place alone, as `***` in place
of the word would name it."""

_PLAIN_PARAMETERS = re.compile(
    "host|hostaddr|port|dbname|user|service|ssl(mode|rootcert|cert|key|crl)|application_name|connect_timeout|options|"
    "target_session_attrs|channel_binding|passfile|gssencmode|mode|cache|uri",
    re.IGNORECASE,
)

_SECRET_NAME = re.compile(r"pas+w|pass(?!file)|pwd|secret|token|credential|api_?key", re.IGNORECASE)

_SCHEME = re.compile(r"^\s*[A-Za-z][\w+.-]*:/+")

_PARAMETER = re.compile(r"[?&;]([^=&;\s]+)=([^&;\s]*)")

_KEYWORD = re.compile(
    r"""((?:password|passwd|pwd|[\w-]{0,30}(?:secret|token)) *(?:=|%3D) *)('[^']*'?|"[^"]*"?|[^&;\s'"]+)""",
    re.IGNORECASE,
)

_USER = re.compile(r"(\b[A-Za-z][\w+.-]{0,30}:/+[^\s/:@%]*(?:%(?!3[Aa])[^\s/:@%]*)*)(?::|%3[Aa])")

_UNBROKEN = re.compile(r"[^\s\"<>]*")

_WEB_USER = re.compile(r"(\bhttps?:/+)[^\s/@:?#]+@", re.IGNORECASE)


class Secrets:
    """The secrets that are known, in every spelling that they can turn up in."""

    def __init__(self) -> None:
        self._spelled: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: str) -> None:
        """Know one more; one that is too short or an everyday word of the product is left to its place."""
        if len(secret) < _SHORTEST or _ORDINARY.fullmatch(secret) or not secret.strip("*"):
            return
        spelled = {spelling for spelling in _spellings(secret) if len(spelling) >= _SHORTEST} - self._spelled
        if spelled:
            self._spelled |= spelled
            longest_first = sorted(self._spelled, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(_whole, longest_first)))

    def masked(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern is not None else text


_known = Secrets()


def learn(secret: str) -> None:
    """Mask this value from now on, wherever it is said."""
    _known.add(secret)


def learn_from(value: str, name: str = "") -> None:
    """Find the secrets of a value, read as an address however wrong it is; `name` is the setting's or variable's."""
    if _SECRET_NAME.search(name):
        learn(value)
    for secret in secrets_in(value):
        learn(secret)


def masked(text: str) -> str:
    """The text without any secret: those that are known, and whatever stands where passwords do."""
    text = _known.masked(text)
    if "@" in text:
        text = _WEB_USER.sub(rf"\1{MASK}@", "".join(_without_passwords(text)))
    return _KEYWORD.sub(rf"\1{MASK}", text) if "=" in text or "%3" in text else text


def _without_passwords(text: str) -> Iterator[str]:
    """The pieces of a text with what stands between the name in an address and the last `@` behind it masked.

    What is unbroken is looked through once, however many beginnings of addresses are in it: texts of strangers are
    masked too.
    """
    told = place = barren = 0  # what was given; where to look from; until where no `@` is
    while (user := _USER.search(text, place)) is not None:
        place = user.start() + 1
        if user.end() > barren:
            barren = _UNBROKEN.match(text, user.end()).end()  # type: ignore[union-attr]
            if (at := text.rfind("@", user.end(), barren)) >= 0:
                yield f"{text[told : user.start()]}{user[1]}:{MASK}@"
                told = place = at + 1
    yield text[told:]


def secrets_in(value: str) -> Iterator[str]:
    """What may be a password in an address: before the host, among the parameters, in a libpq string."""
    yield from _user_info(value)
    for match in _PARAMETER.finditer(value):
        name, secret = match.groups()
        if _PLAIN_PARAMETERS.fullmatch(name) or re.fullmatch(r"\{\w*\}", secret):
            continue
        yield secret
        if _SECRET_NAME.search(name):  # a raw & or ; in it would end it here
            yield value[match.start(2) :]
    for match in _KEYWORD.finditer(value):
        yield match[2].strip("'\"")


def _user_info(value: str) -> Iterator[str]:
    sane = _sane_user_info(value)
    info = sane if sane is not None else _SCHEME.sub("", value.rpartition("@")[0])
    user, colon, password = info.partition(":")
    if not colon:
        user, colon, password = unquote(info).partition(":")
    if not colon:
        if info and value.lower().lstrip().startswith("http"):
            yield user  # a token without a name
        return
    if unquote(password) != unquote(user):  # else its place must do: the user's name is no secret
        yield password
    if sane is None:
        yield from _halves(password, value.rpartition("@")[2])


def _sane_user_info(value: str) -> str | None:
    """What stands before the host of an address that can be read in one way only."""
    try:
        parts = urlsplit(value.strip())
        _ = parts.port  # raises where it is no number, as behind a raw / of a password
    except ValueError:
        return None
    if not parts.scheme or not parts.netloc or parts.netloc.count("@") > 1 or "@" in parts.path + parts.query:
        return None
    return parts.netloc.rpartition("@")[0]


def _halves(password: str, host: str) -> Iterator[str]:
    """What readers of addresses take a password with a raw @, / or : in it apart into."""
    for cut in re.finditer(r"[@/:?#]", password):
        rest = password[cut.end() :]
        yield f"{rest}@{host}"
        yield from (half for half in (password[: cut.start()], rest) if len(half) > _SHORTEST and not half.isdigit())


def _spellings(secret: str) -> set[str]:
    from html import escape  # with every name of a character, which few commands need

    plain = {secret, unquote(secret)}
    encoded = {how(one) for one in plain for how in (quote_plus, _fully_quoted)}
    encoded |= {re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), one) for one in encoded}
    shown = {json.dumps(one)[1:-1] for one in plain} | {json.dumps(one, ensure_ascii=False)[1:-1] for one in plain}
    return plain | encoded | shown | {repr(one)[1:-1] for one in plain} | {escape(one) for one in plain}


def _fully_quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _whole(spelled: str) -> str:
    """A short word is masked as a word only, never within another."""
    pattern = re.escape(spelled)
    return rf"(?<![^\W_]){pattern}(?![^\W_])" if spelled.isalpha() and len(spelled) < 2 * _SHORTEST else pattern
