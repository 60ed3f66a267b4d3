"""What this site signs for a browser: the tokens of its forms, and what the next page tells of a form."""

from __future__ import annotations

import hashlib
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeTimedSerializer

from matcher.text.saying import Saying
from matcher.web.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

HOURS = 12
"""How long a page can lie open before its forms are refused."""

LONGEST, MOST = 400, 4
"""Of what a page tells of a form: characters of a line, and lines."""

MARK = "matcher_browser"
"""The cookie that tells one browser from another."""


def new_mark() -> str:
    """What a browser is known by."""
    return secrets.token_urlsafe(16)


class FormTokens:
    """Tokens of one site, signed with its `key`; each holds for the browser with the mark that it was made for."""

    def __init__(self, key: bytes) -> None:
        self._signer = URLSafeTimedSerializer(key, salt="matcher form")
        self._teller = URLSafeTimedSerializer(key, salt="matcher told")

    def token(self, mark: str) -> str:
        """A new token, unlike every other in each of its parts, so that a compressed page gives none away."""
        salt = secrets.token_urlsafe(6)
        return self._signer.dumps([salt, _hidden(mark, salt)])

    def check(self, token: str, mark: str) -> None:
        """Raises Refused where a token is missing, forged, too old or of another browser."""
        try:
            salt, known = self._signer.loads(token, max_age=HOURS * 3600)
        except (BadSignature, ValueError, TypeError) as error:
            raise Refused(_TOLD, HTTPStatus.FORBIDDEN) from error
        if not mark or not secrets.compare_digest(str(known), _hidden(mark, str(salt))):
            raise Refused(_TOLD, HTTPStatus.FORBIDDEN)

    def packed(self, told: Sequence[str]) -> str:
        """What the next page tells, as a cookie keeps it: nobody else can make a page say something."""
        return str(self._teller.dumps([line[:LONGEST] for line in told[:MOST]]))

    def unpacked(self, packed: str) -> list[str]:
        """What was packed; nothing where it is old, or not ours."""
        try:
            return [str(line) for line in self._teller.loads(packed, max_age=60)]
        except (BadSignature, ValueError, TypeError):
            return []


def _hidden(mark: str, salt: str) -> str:
    """A mark as a token holds it: with another salt nothing of it is the same."""
    return hashlib.blake2b(f"{salt} {mark}".encode(), digest_size=16).hexdigest()


_TOLD = Saying("This form is too old, or not of this browser: go back, load the page anew, and send it again.")
