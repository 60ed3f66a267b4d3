"""The pages of a home, served on this machine for a test: `with LocalSite(place) as site: site.get("/")`."""

from __future__ import annotations

import re
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import requests
import uvicorn

from matcher.app.home import Home
from matcher.config.settings import load_settings
from matcher.web.application import Site
from matcher.web.kept_home import KeptHome
from matcher.web.rendering import SCRIPT, address_of
from matcher.web.serving import server_config

if TYPE_CHECKING:
    from tests.helpers.home import Place

PATIENCE = 60

OUR_SCRIPT = f'<script src="{address_of(SCRIPT)}" defer>'
"""The one script of a page."""


class LocalSite:
    """A server of one home on a free port, and a browser's session with it, which asks in English."""

    def __init__(self, place: Place) -> None:
        self.home = Home(load_settings(environ=place.environment))
        self._kept = KeptHome(lambda: Home(load_settings(environ=place.environment)))
        site = Site.of(self._kept)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(server_config(site))
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept-Language"] = "en"
        self.address = ""

    def __enter__(self) -> LocalSite:
        self._thread.start()
        until = time.monotonic() + PATIENCE
        while not self._server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        self._listener.close()
        self._kept.close()

    def get(self, path: str, **asked: Any) -> requests.Response:
        """A page; what the server says has to come within a minute."""
        return self.session.get(self.address + path, timeout=PATIENCE, **asked)

    def post(self, path: str, page: str, **fields: str) -> requests.Response:
        """A form of `page`, sent with its token as a browser does."""
        token = token_of(self.get(page).text)
        headers = {"Origin": self.address, "Sec-Fetch-Site": "same-origin"}
        return self.session.post(
            self.address + path, data={"token": token, **fields}, headers=headers, timeout=PATIENCE
        )


def token_of(page: str) -> str:
    """The token that a page's forms carry."""
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]
