"""A network's OpenID provider: where people sign in there, and what it says of who did.

What it says is believed once its signature, issuer, audience, days and nonce are checked, by Authlib; the way there is
the product's own, with its bounds and verified certificates.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from matcher.config.addresses import address_mistake
from matcher.config.secret_source import read_secret
from matcher.errors import PortalError, UsageError, clipped

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.http import Client

SECRET_VARIABLE = "MATCHER_OIDC_CLIENT_SECRET"  # noqa: S105  (the name of a variable)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""How a token may be signed: by a key that the provider alone has; `none`, or our own secret, signs nothing."""

LEEWAY = 60
"""Seconds by which its clock and ours may differ."""

TIMEOUT = 5.0
LONGEST = 1_000_000
"""Bytes of an answer at most."""


class SignInRefused(UsageError):
    """Signing in at the provider did not come to a good end."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a sign-in was begun with, and its end is held against; `verifier` is the secret of PKCE."""

    state: str
    nonce: str
    verifier: str


class OpenIdProvider:
    """The provider of an issuer, where this site is known as `client`; a context manager."""

    def __init__(self, issuer: str, client: str, secret: str | None, back: str) -> None:
        from matcher.config.setting_sections import PortalSettings
        from matcher.http import Client

        self._issuer, self._client, self._secret, self._back = issuer, client, secret, back
        bounds = PortalSettings(rate=100.0, timeout=TIMEOUT, attempts=1, max_requests=10, max_hours=0.02)
        self._http: Client = Client(bounds, longest=LONGEST)

    @classmethod
    def of(cls, home: Home, back: str) -> OpenIdProvider | None:
        """The one that is configured, which sends people back to a path of the pages; None where none is.

        Raises ConfigError where its secret cannot be read.
        """
        web = home.settings.web
        if not web.oidc_issuer:
            return None
        secret = read_secret(os.environ, SECRET_VARIABLE)
        return cls(web.oidc_issuer, web.oidc_client_id, secret, web.address.rstrip("/") + back)

    def __enter__(self) -> OpenIdProvider:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def address(self, asked: Handshake) -> str:
        """Where to sign in. Raises SignInRefused."""
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        return _with(
            self._place("authorization_endpoint"),
            response_type="code",
            client_id=self._client,
            redirect_uri=self._back,
            scope="openid email",
            state=asked.state,
            nonce=asked.nonce,
            code_challenge=str(create_s256_code_challenge(asked.verifier)),
            code_challenge_method="S256",
        )

    def parting_address(self, back: str) -> str:
        """Where to sign out of it. Raises SignInRefused where it has no such place."""
        return _with(self._place("end_session_endpoint"), client_id=self._client, post_logout_redirect_uri=back)

    def mail_address(self, code: str, asked: Handshake) -> str:
        """The verified mail address of who signed in, for the code that he came back with. Raises SignInRefused."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._back}
        form["code_verifier"] = asked.verifier
        headers = {}
        if self._secret is None:
            form["client_id"] = self._client
        elif self._takes_basic:
            headers["Authorization"] = _basic(self._client, self._secret)
        else:
            form |= {"client_id": self._client, "client_secret": self._secret}
        place = self._place("token_endpoint")
        answer = self._asked(lambda: self._http.post_form(place, form, headers, _record))
        claims = self._claims(answer, asked.nonce)
        if "email" not in claims and isinstance(answer.get("access_token"), str):
            claims = self._more(answer["access_token"], claims)
        if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
            raise SignInRefused("{provider} names no mail address of yours that it verified.", provider=self.name)
        return str(claims["email"])

    @property
    def name(self) -> str:
        """What people know it by."""
        return provider_name(self._issuer)

    def _claims(self, answer: dict[str, Any], nonce: str) -> dict[str, Any]:
        """What a token says, once it is known to be of this provider, for us, for this sign-in, and of now."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        place = self._place("jwks_uri")
        keys = self._asked(lambda: self._http.get_json(place, _record)) or {}
        try:
            token = jwt.decode(str(answer.get("id_token", "")), KeySet.import_key_set(_of_signing(keys)), ALGORITHMS)
            wanted = {
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self._client},
                "exp": {"essential": True},
            }
            known = {"nonce": nonce, "client_id": self._client, "access_token": answer.get("access_token")}
            CodeIDToken(token.claims, token.header, wanted, known).validate(leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._unbelieved(clipped(str(error), 80)) from error
        return dict(token.claims)

    def _more(self, access: str, claims: dict[str, Any]) -> dict[str, Any]:
        """With what it says of the same person elsewhere, where the token holds no address."""
        place, headers = self._place("userinfo_endpoint"), {"Authorization": f"Bearer {access}"}
        found = self._asked(lambda: self._http.get_json(place, _record, headers)) or {}
        if found.get("sub") != claims["sub"]:
            raise self._unbelieved("sub")
        return claims | found

    def _place(self, name: str) -> str:
        """An address of the provider, by its name in what it tells of itself."""
        found = self._told.get(name)
        if not isinstance(found, str) or not found:
            raise SignInRefused("{provider} has no {place}.", provider=self.name, place=name)
        if address_mistake(found):
            raise self._unbelieved(name)
        return found

    @cached_property
    def _told(self) -> dict[str, Any]:
        """What it tells of itself (OpenID Connect Discovery)."""
        place = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = self._asked(lambda: self._http.get_json(place, _record)) or {}
        if found.get("issuer") != self._issuer:
            raise self._unbelieved("issuer")
        return found

    @property
    def _takes_basic(self) -> bool:
        ways = self._told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" in ways

    def _asked(self, ask: Any) -> Any:
        try:
            return ask()
        except PortalError as error:
            raise SignInRefused(
                "{provider} did not answer as it should: {reason}", provider=self.name, reason=str(error)
            ) from error

    def _unbelieved(self, reason: str) -> SignInRefused:
        return SignInRefused(
            "What {provider} says of you cannot be believed ({reason}): begin again.", provider=self.name, reason=reason
        )


def provider_name(issuer: str) -> str:
    """What people know a provider by: its machine's name."""
    return urlsplit(issuer).hostname or issuer


def refusal(provider: str, error: str) -> SignInRefused:
    """What is told of an answer that signs nobody in."""
    if error == "access_denied":
        return SignInRefused("You were not signed in at {provider}.", provider=provider)
    return SignInRefused("{provider} did not sign you in: {reason}", provider=provider, reason=clipped(error, 80))


def _record(answer: object) -> dict[str, Any]:
    from matcher.http import WrongShapeError

    if not isinstance(answer, dict):
        raise WrongShapeError("the answer is no JSON object")
    return answer


def _of_signing(keys: dict[str, Any]) -> Any:
    """The keys that may have signed; a set can hold others, and ones of kinds that nobody here knows."""
    found = [one for one in keys.get("keys", []) if one.get("kty") in {"RSA", "EC", "OKP"} and one.get("use") != "enc"]
    return {"keys": found}


def _with(address: str, **query: str) -> str:
    return address + ("&" if urlsplit(address).query else "?") + urlencode(query)


def _basic(client: str, secret: str) -> str:
    """As RFC 6749 has it: each encoded as in a form."""
    return "Basic " + base64.b64encode(f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()).decode()
