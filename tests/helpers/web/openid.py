"""A small OpenID provider on this machine, which signs what it says; a test can have it say what it should not."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

CLIENT, SECRET = "matcher-pages", "between us: 9%/+"
PATIENCE = 60


@cache
def rsa_key(name: str, owner: str = "provider") -> RSAKey:
    """A key that signs; each is made once, as that takes as long as a test with it."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


class OpenId:
    """Signs in whoever comes, as `person`; `says` is put into tokens over what is true, `told` over what it tells."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.issuer = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.keys = KeySet([rsa_key("one")])
        self.person: dict[str, Any] = {"sub": "1", "email": "ana@example.org", "email_verified": True}
        self.says: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        self.elsewhere: dict[str, Any] = {}
        self.signed: Any = None  # makes the token another way
        self._codes: dict[str, dict[str, str]] = {}
        pages = {
            "/.well-known/openid-configuration": self._discovery,
            "/keys": self._keys,
            "/authorize": self._authorize,
            "/userinfo": self._userinfo,
        }
        routes = [Route(path, page) for path, page in pages.items()]
        app = Starlette(routes=[*routes, Route("/token", self._token, methods=["POST"])])
        config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)

    def __enter__(self) -> OpenId:
        self._thread.start()
        until = time.monotonic() + PATIENCE
        while not self._server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        self._listener.close()

    async def _discovery(self, _: Request) -> Response:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        places |= {"userinfo_endpoint": "userinfo", "end_session_endpoint": "leave"}
        told = {name: f"{self.issuer}/{path}" for name, path in places.items()}
        return JSONResponse({"issuer": self.issuer, **told, **self.told})

    async def _keys(self, _: Request) -> Response:
        others = [{"kty": "AKP", "kid": "new"}, OctKey.generate_key(256).as_dict()]
        return JSONResponse({"keys": [*others, *self.keys.as_dict(private=False)["keys"]]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe(12)
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = base64.b64encode(f"{CLIENT}:between%20us%3A%209%25%2F%2B".encode()).decode()
        proved = request.headers.get("authorization") == f"Basic {known}"
        if asked is None or asked["code_challenge"] != challenge or not proved:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if asked["redirect_uri"] != form.get("redirect_uri") or asked["client_id"] != CLIENT:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = {name: value for name, value in (claims | self.person | self.says).items() if value is not None}
        signed = self.signed(claims) if self.signed else jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.keys)
        return JSONResponse({"access_token": "opens", "token_type": "Bearer", "id_token": signed})

    async def _userinfo(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer opens":
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(self.elsewhere)


def query_of(address: str) -> dict[str, str]:
    """What an address asks."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
