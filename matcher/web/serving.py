"""Serving the pages: a socket on this machine, a server on it that ends within seconds when it is told to."""

from __future__ import annotations

import errno
import signal
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from matcher.config.addresses import is_loopback
from matcher.errors import MatcherError, UsageError, system_reason
from matcher.web.application import Site, application
from matcher.web.kept_home import KeptHome
from matcher.web.readiness import make_ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from matcher.app.home import Home

PORT = 8765
"""Where the pages are, where nobody says otherwise."""

PARTING_SECONDS = 5
"""How long requests under way may take once it is time to leave."""

IDLE_SECONDS = 15
"""How long a connection stays open without a request."""

CONNECTIONS = 500
"""Connections at once at most; more are told to come again."""


@dataclass(frozen=True, slots=True)
class Where:
    """An address of this machine, and a port of it (0: any that is free)."""

    host: str = "127.0.0.1"
    port: int = PORT


class PortTaken(MatcherError):
    """Something else listens there."""


def serve(load: Callable[[], Home], where: Where, started: Callable[[str, str | None], None]) -> None:
    """Serve the pages until SIGTERM or SIGINT; `load` reads the configuration.

    `started` is told the address, and the link that signs in whoever has the machine, where people sign in.

    Raises:
        UsageError: for an address that is not of this machine alone, where nobody can sign in.
        PortTaken: where the port is in use.

    """
    kept = KeptHome(load)
    try:
        site = Site.of(kept)
        _check(where.host, site)
        with _listening(where) as listener:
            make_ready(site)
            address = address_of(listener)
            link = address.rstrip("/") + site.sessions.link(None) if site.host else None
            _Server(site, lambda: started(address, link)).run(sockets=[listener])
    finally:
        kept.close()


def address_of(listener: socket.socket) -> str:
    """The address to type into a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _check(host: str, site: Site) -> None:
    if not is_loopback(host) and site.host is None:
        raise UsageError(
            "{host} can be reached by others, and nobody is asked who he is: set `[web] address`, from which on "
            "people sign in, or serve on 127.0.0.1 (the default). "
            "From another machine: `ssh -L 8765:127.0.0.1:8765` and this machine's name, then `http://127.0.0.1:8765/`.",
            host=host,
        )


@contextmanager
def _listening(where: Where) -> Iterator[socket.socket]:
    """A socket on the address. Raises PortTaken, UsageError."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((where.host, where.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(
                    "Port {port} of {host} is taken: is `matcher serve` running already? "
                    "Another one: --port 8766, or --port 0 for any that is free.",
                    port=where.port,
                    host=where.host,
                ) from error
            reason = system_reason(error)
            raise UsageError(
                "Nothing can be served on {host}, port {port}: {reason}.",
                host=where.host,
                port=where.port,
                reason=reason,
            ) from error
        yield listener


def server_config(site: Site) -> uvicorn.Config:
    """How the pages are served."""
    return uvicorn.Config(
        application(site),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `Peer` reads them, once it has noted who is connected
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=PARTING_SECONDS,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, which here tells when it is ready, and ends as if it were done when it is told to end."""

    def __init__(self, site: Site, started: Callable[[], None]) -> None:
        super().__init__(server_config(site))
        self._told = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._told()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, without raising the signal again once all is done."""

        def leave(number: int, frame: FrameType | None) -> None:
            self.handle_exit(number, frame)

        before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
