"""A real SMTP server on loopback (aiosmtpd) with TLS, AUTH and the failures of real ones; it counts what it took.

As a program it prints its port, answers each line on its standard input with one JSON line of what it accepted so far,
and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import ssl
import sys
import threading
import time
import warnings
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP as SMTP_POLICY
from typing import Any

import trustme

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # aiosmtpd 1.4.6 on newer Pythons
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # dropped connections are what the tests ask for

DROP = "drop"  # break the connection at this step
DROP_AFTER = "drop after"  # take the complete mail, then break the connection instead of answering
SLOW = "slow"  # say nothing for longer than the client waits


@dataclass
class Accepted:
    """One mail that the server took; `at` is CLOCK_MONOTONIC, the same in every process of the machine."""

    message_id: str
    at: float
    recipients: tuple[str, ...]
    body: bytes
    connection: int
    encrypted: bool
    options: tuple[str, ...]


@dataclass
class Script:
    """What goes wrong: replies (or DROP…) used up one by one, per recipient for RCPT and DATA."""

    mail: deque[str] = field(default_factory=deque)
    rcpt: dict[str, deque[str]] = field(default_factory=dict)
    data: dict[str, deque[str]] = field(default_factory=dict)
    always_rcpt: dict[str, str] = field(default_factory=dict)
    most: int = 0  # mails that a connection may carry, 0 without a limit
    enough: str = "421 4.7.0 enough for this connection"  # what is answered then (or DROP)
    enough_at: str = "MAIL"  # or RCPT, DATA

    def has_enough(self, stage: str, carried: int) -> bool:
        return 0 < self.most <= carried and stage == self.enough_at

    def at_rcpt(self, address: str, *replies: str) -> None:
        self.rcpt.setdefault(address, deque()).extend(replies)

    def at_data(self, address: str, *replies: str) -> None:
        self.data.setdefault(address, deque()).extend(replies)


class LocalSmtp:
    """The server; `with LocalSmtp(...) as server:` runs it on a free port of 127.0.0.1."""

    def __init__(
        self,
        *,
        security: str = "smtp",  # smtp, smtp+starttls, smtps
        ca: trustme.CA | None = None,
        host_in_certificate: str = "127.0.0.1",
        login: tuple[str, str] | None = None,
        pace: tuple[float, float] = (0.0, 0.0),  # each answer waits that long, at random, in seconds
        utf8: bool = True,
        silent_for: float = 30.0,
    ) -> None:
        self.security = security
        self.login = login
        self.script = Script()
        self.accepted: list[Accepted] = []
        self.connections = 0
        self.open_connections = 0
        self.auth_over_plain = 0
        self.commands: Counter[str] = Counter()
        self.hide = ""  # a line of the answer to EHLO that is left out
        self._pace = pace
        self._utf8 = utf8
        self._silent_for = silent_for
        self._random = random.Random(7)
        self._context: ssl.SSLContext | None = None
        if security != "smtp":
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            (ca or trustme.CA()).issue_cert(host_in_certificate).configure_cert(self._context)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    # Life

    def __enter__(self) -> LocalSmtp:
        self._thread.start()
        self._server = self._run(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _listen(self) -> asyncio.Server:
        context = self._context if self.security == "smtps" else None
        return await self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=context)

    async def _stop(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)

    def _protocol(self) -> SMTP:
        return _Session(self)

    @property
    def url(self) -> str:
        user = f"{self.login[0]}@" if self.login else ""
        return f"{self.security}://{user}127.0.0.1:{self.port}"

    # What a test asks

    def counts(self) -> Counter[str]:
        return Counter(mail.message_id for mail in self.accepted)

    # aiosmtpd's hooks

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:  # noqa: N802
        session.host_name = hostname
        await self._wait()
        return [line for line in responses if line != self.hide]

    async def handle_RSET(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.commands["RSET"] += 1
        return "250 OK"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        fault = self.script.mail.popleft() if self.script.mail else self._enough(server, "MAIL")
        if fault is not None:
            return await self._fail(server, fault)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        await self._wait()
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        faults = self.script.rcpt.get(address)
        fault = faults.popleft() if faults else self.script.always_rcpt.get(address) or self._enough(server, "RCPT")
        if fault is not None:
            return await self._fail(server, fault)
        envelope.rcpt_tos.append(address)
        await self._wait()
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        faults = self.script.data.get(envelope.rcpt_tos[0])
        fault = faults.popleft() if faults else self._enough(server, "DATA")
        if fault is not None and fault != DROP_AFTER:
            return await self._fail(server, fault)
        await self._wait()
        head = message_from_bytes(envelope.content, policy=SMTP_POLICY)
        self.accepted.append(
            Accepted(
                str(head["Message-ID"]),
                time.monotonic(),
                tuple(envelope.rcpt_tos),
                envelope.content,
                server.number,
                session.ssl is not None or self.security == "smtps",
                tuple(envelope.mail_options),
            )
        )
        return await self._fail(server, DROP) if fault else "250 OK: taken"

    def _enough(self, server: Any, stage: str) -> str | None:
        carried = sum(mail.connection == server.number for mail in self.accepted)
        return self.script.enough if self.script.has_enough(stage, carried) else None

    async def _fail(self, server: Any, fault: str) -> str:
        if fault == SLOW:
            await asyncio.sleep(self._silent_for)
        if fault in (DROP, SLOW):
            server.transport.abort()
            return "250 never arrives"
        if fault.startswith("421"):
            self._loop.call_later(0.02, server.transport.close)
        return fault

    async def _wait(self) -> None:
        if self._pace[1]:
            await asyncio.sleep(self._random.uniform(*self._pace))


class _Session(SMTP):
    """One connection, counted."""

    def __init__(self, owner: LocalSmtp) -> None:
        context = owner._context if owner.security == "smtp+starttls" else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of AUTH without TLS, which is right on loopback
            super().__init__(
                owner,
                hostname="localhost",
                tls_context=context,
                require_starttls=context is not None,
                auth_required=owner.login is not None,
                auth_require_tls=owner.security == "smtp+starttls",
                authenticator=self._check,
                enable_SMTPUTF8=owner._utf8,
                loop=owner._loop,
                timeout=60,
            )
        self.owner = owner
        self.number = 0

    def connection_made(self, transport: Any) -> None:
        if self.number == 0:  # STARTTLS calls this a second time
            self.owner.connections += 1
            self.owner.open_connections += 1
            self.number = self.owner.connections
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.owner.open_connections -= 1
        super().connection_lost(error)

    def _check(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        if session.ssl is None and self.owner.security != "smtps":
            self.owner.auth_over_plain += 1
        if isinstance(data, LoginPassword) and self.owner.login is not None:
            good = (data.login.decode(), data.password.decode()) == self.owner.login
            return AuthResult(success=good, handled=good)
        return AuthResult(success=False, handled=False)


def main() -> None:
    low, high = (float(word) for word in sys.argv[1:3])
    with LocalSmtp(pace=(low, high)) as server:
        print(server.port, flush=True)
        with suppress(BrokenPipeError):
            for _line in sys.stdin:
                accepted = [(mail.message_id, mail.at, mail.connection) for mail in list(server.accepted)]
                print(json.dumps({"open": server.open_connections, "accepted": accepted}), flush=True)


if __name__ == "__main__":
    main()
