"""Tokens of forms: what is posted comes from a page of ours that this browser was shown."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from itsdangerous import BadSignature, URLSafeTimedSerializer

from matcher.web.failures import Refused

HOURS = 12
"""How long a page can lie open before its forms are refused."""

MARK = "matcher_browser"
"""The cookie that tells one browser from another."""


def new_mark() -> str:
    """What a browser is known by."""
    return secrets.token_urlsafe(16)


class FormTokens:
    """Tokens of one site, signed with its `key`; each holds for the browser with the mark that it was made for."""

    def __init__(self, key: bytes) -> None:
        self._signer = URLSafeTimedSerializer(key, salt="matcher form")

    def token(self, mark: str) -> str:
        """A new token, unlike every other, so that a compressed page gives none away."""
        return self._signer.dumps([secrets.token_urlsafe(6), mark])

    def check(self, token: str, mark: str) -> None:
        """Raises Refused where a token is missing, forged, too old or of another browser."""
        try:
            _, known = self._signer.loads(token, max_age=HOURS * 3600)
        except (BadSignature, ValueError, TypeError) as error:
            raise Refused(_TOLD, HTTPStatus.FORBIDDEN) from error
        if not mark or not secrets.compare_digest(str(known), mark):
            raise Refused(_TOLD, HTTPStatus.FORBIDDEN)


_TOLD = "This form is too old, or not of this browser: go back, load the page anew, and send it again."
