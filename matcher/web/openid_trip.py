"""What a browser takes along while it signs in elsewhere: proof that it began, from which the rest follows."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from http import HTTPStatus

from itsdangerous import BadSignature, URLSafeTimedSerializer

from matcher.app.access.openid_provider import Handshake
from matcher.text.saying import Saying
from matcher.web.failures import Refused

TRIP = "matcher_openid"
"""The cookie of a sign-in that is under way."""

MINUTES = 15

_NOT_BEGUN = Saying("This sign-in was not begun in this browser: begin again.")


class Trips:
    """Of one site. The cookie holds a random mark, of which the site's key makes state, nonce and PKCE's secret."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._signer = URLSafeTimedSerializer(key, salt="matcher openid")

    def begun(self, back: str) -> tuple[str, Handshake]:
        """The cookie of a new one that ends at an address of this site, and what the provider is asked with."""
        mark = secrets.token_urlsafe(24)
        return str(self._signer.dumps([mark, back])), self._asked(mark)

    def ended(self, cookie: str, state: str) -> tuple[Handshake, str]:
        """What the provider was asked with, and where to go now, for the state that a browser came back with.

        Raises Refused where the browser began no such sign-in.
        """
        try:
            mark, back = self._signer.loads(cookie, max_age=MINUTES * 60)
        except (BadSignature, ValueError, TypeError) as error:
            raise Refused(_NOT_BEGUN, HTTPStatus.FORBIDDEN) from error
        asked = self._asked(str(mark))
        if not secrets.compare_digest(state.encode(), asked.state.encode()):
            raise Refused(_NOT_BEGUN, HTTPStatus.FORBIDDEN)
        return asked, str(back)

    def _asked(self, mark: str) -> Handshake:
        return Handshake(*(self._derived(f"{use} {mark}") for use in ("state", "nonce", "verifier")))

    def _derived(self, what: str) -> str:
        made = hmac.digest(self._key, f"matcher openid {what}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
