"""Kills the sending process again and again, and counts what arrives: `python -m tests.helpers.crash.sending`.

A queue is filled; a process delivers it to a local server; a SIGKILL ends it at a random moment; the next process goes
on; until the queue is empty, then the next queue, until there were so many kills. The server runs in a process of its
own and answers each command after a random time. A mail that arrived twice is inside the documented window only when
the process that sent it first was killed after the complete mail had left it and before the mark was committed: the
server took it from that process as the last one, and the store, read right after the kill, says `sending` of it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from matcher.mail.delivery import deliver
from matcher.mail.smtp import SmtpTransport, parse_smtp_url
from matcher.model.subscription import MailState
from matcher.store.database import Store
from tests.helpers.mail.plain import a_mail
from tests.helpers.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 6, 15, 5, 0, tzinfo=UTC)
PACE = (0.0, 0.004)  # seconds before each of the server's answers


class ServerProcess:
    """The local server in its own process, so that no kill and no fork touches it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.helpers.mail.smtp_server", *map(str, PACE)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate(timeout=30)

    def ask(self) -> dict[str, Any]:
        """What was accepted so far, once no connection is open: nothing of a dead process is on its way any more."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        while True:
            self._process.stdin.write("\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
            if answer["open"] == 0:
                return answer
            time.sleep(0.001)


@dataclass
class Proof:
    """The count."""

    kills: int = 0
    rounds: int = 0
    mails: int = 0
    accepted: int = 0
    delivered: int = 0
    lost: list[str] = field(default_factory=list)
    duplicates: int = 0
    outside: list[str] = field(default_factory=list)  # duplicates that no kill in the window explains
    most_copies: int = 1
    in_window: int = 0  # kills after acceptance and before the mark
    left_sending: int = 0  # kills that left a mail `sending`, accepted or not
    windows: list[float] = field(default_factory=list)  # ms from acceptance to the kill, of kills in the window

    def table(self) -> str:
        windows = sorted(self.windows) or [0.0]
        rows = [
            ("kills (SIGKILL)", self.kills),
            ("queues", self.rounds),
            ("mails", self.mails),
            ("delivered", self.delivered),
            ("lost", len(self.lost)),
            ("accepted by the server", self.accepted),
            ("kills that left a mail `sending`", self.left_sending),
            ("of these, kills inside the window", self.in_window),
            ("duplicates", self.duplicates),
            ("duplicates outside the window", len(self.outside)),
            ("most copies of one mail", self.most_copies),
            ("acceptance to kill in the window, median ms *", f"{windows[len(windows) // 2]:.1f}"),
            ("acceptance to kill in the window, longest ms", f"{windows[-1]:.1f}"),
        ]
        return "\n".join(f"{name:<50} {value:>8}" for name, value in rows)


def prove(kills: int, mails: int, folder: Path, *, seed: int = 1, longest_life: float = 0.08) -> Proof:
    """Kills until there were so many, over queues of so many mails; the last queue is emptied in peace."""
    chance = random.Random(seed)
    proof = Proof()
    with ServerProcess() as server:
        while proof.kills < kills:
            proof.rounds += 1
            url = f"sqlite:///{folder / f'round-{proof.rounds}.db'}"
            queued = _fill(url, mails, proof.rounds)
            taken = _empty(url, server, proof, kills, lambda: chance.uniform(0.0, longest_life))
            _count(proof, queued, taken, url)
    return proof


def _fill(url: str, mails: int, number: int) -> list[str]:
    batch = [a_mail(number * 10_000 + n, f"person{n}@example.org") for n in range(mails)]
    with Store.open(url) as store:
        for mail in batch:
            store.outbox.queue(mail, (), now=START)
    return [mail.message_id for mail in batch]


def _empty(url: str, server: ServerProcess, proof: Proof, kills: int, life: Callable[[], float]) -> Counter[str]:
    """Lives and kills until nothing is left; returns how often each mail was accepted."""
    excused: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    seen = len(server.ask()["accepted"])
    while True:
        killed_at = _live(url, server.port, life() if proof.kills < kills else None)
        accepted = server.ask()["accepted"]
        news, seen = accepted[seen:], len(accepted)
        taken.update(message_id for message_id, *_ in news)
        states = _states(url)
        sending = [message_id for message_id, state in states.items() if state is MailState.SENDING]
        if killed_at is not None:
            proof.kills += 1
            proof.left_sending += len(sending)
            _explain(proof, news, sending, killed_at, excused)
        if all(state is MailState.SENT for state in states.values()):
            proof.outside += [name for name, count in taken.items() if count - 1 > excused[name]]
            return taken


def _live(url: str, port: int, seconds: float | None) -> float | None:
    """One process that delivers, killed after so long; the time of the kill, None when the process ended by itself."""
    child = os.fork()
    if child == 0:
        try:
            _send(url, port)
        finally:
            os._exit(1)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    killed_at = time.monotonic()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the sending process failed with {status}")
    return killed_at if status else None


def _send(url: str, port: int) -> None:
    with Store.open(url) as store:
        transport = SmtpTransport(parse_smtp_url(f"smtp://127.0.0.1:{port}"))
        deliver(store, transport, clock=lambda: START, sleep=time.sleep, rate=None)
    os._exit(0)


def _states(url: str) -> dict[str, MailState]:
    with Store.open(url, read_only=True) as store:
        return {queued.mail.message_id: queued.state for queued in store.outbox.listed(limit=10_000)}


def _explain(
    proof: Proof, news: list[tuple[str, float, int]], sending: list[str], killed_at: float, excused: Counter[str]
) -> None:
    """A kill excuses one later copy of a mail: the last one taken from that process, when the store says `sending`."""
    if len(sending) > 1:
        proof.outside += sending
    if news and news[-1][0] in sending:
        proof.in_window += 1
        excused[news[-1][0]] += 1
        proof.windows.append((killed_at - news[-1][1]) * 1000)


def _count(proof: Proof, queued: list[str], taken: Counter[str], url: str) -> None:
    proof.mails += len(queued)
    proof.accepted += taken.total()
    proof.delivered += len(taken)
    proof.lost += [name for name in queued if name not in taken]
    proof.duplicates += taken.total() - len(taken)
    proof.most_copies = max(proof.most_copies, *taken.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        proof = prove(wanted.kills, wanted.mails, Path(folder), seed=wanted.seed)
    print(proof.table())
    print(f"{'seconds':<50} {time.monotonic() - started:>8.0f}")
    print("* below 0: the complete mail was on its way when the process died, and the server took it after that.")
    sys.exit(1 if proof.lost or proof.outside else 0)


if __name__ == "__main__":
    main()
