"""The morning of a digest: readers ask for pages at a steady rate, whatever the answers take.

`python -m benchmarks.web_load http://127.0.0.1:8765 INSTITUTE CALL` asks 300 times a second for a minute, over 200
connections, each with a browser of its own: of ten requests seven for the list, two for the call, one for a search. Run
it on the machine that serves: both share its processors, which is what the figures are of.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

READERS = 200


@dataclass
class Told:
    """What came of the requests: milliseconds from when each was due, statuses, bytes."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    received: int = 0

    def quantile(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class Reader:
    """One connection that stays open, with the cookie of its browser."""

    host: str
    port: int
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    cookie: str = ""

    async def ask(self, path: str) -> tuple[str, int]:
        """Status and size of a page."""
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        head = (
            f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAccept-Encoding: gzip\r\nAccept-Language: fr\r\n"
        )
        self.writer.write((head + (f"Cookie: {self.cookie}\r\n" if self.cookie else "") + "\r\n").encode())
        assert self.reader is not None
        answer = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in answer[1:])}
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].partition(";")[0]
        size = int(headers["content-length"])
        await self.reader.readexactly(size)
        return answer[0].split(" ")[1], size


async def load(address: str, paths: list[str], rate: float, seconds: float) -> Told:
    """Ask at a rate; a request that is late counts from when it was due."""
    parts = urlsplit(address)
    idle: asyncio.Queue[Reader] = asyncio.Queue()
    for _ in range(READERS):
        idle.put_nowait(Reader(parts.hostname or "", parts.port or 80))
    told, began = Told(), time.perf_counter()

    async def one(path: str, due: float) -> None:
        reader = await idle.get()
        try:
            status, size = await reader.ask(path)
        except (OSError, asyncio.IncompleteReadError) as error:
            status, size, reader.writer = type(error).__name__, 0, None
        idle.put_nowait(reader)
        told.milliseconds.append((time.perf_counter() - due) * 1000)
        told.statuses[status] += 1
        told.received += size

    waiting = []
    for number, path in zip(range(int(rate * seconds)), itertools.cycle(paths), strict=False):
        due = began + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        waiting.append(asyncio.create_task(one(path, due)))
    await asyncio.gather(*waiting)
    return told


def main() -> None:
    """Ask, and print what came of it."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("address")
    asked.add_argument("institute")
    asked.add_argument("call")
    asked.add_argument("--rate", type=float, default=300)
    asked.add_argument("--seconds", type=float, default=60)
    given = asked.parse_args()
    list_, call = f"/institutes/{given.institute}", f"/calls/{given.call}?for={given.institute}"
    paths = [list_] * 4 + [call] + [list_] * 3 + [call, "/calls?words=hydrogen+storage"]
    told = asyncio.run(load(given.address, paths, given.rate, given.seconds))
    print(f"{len(told.milliseconds)} requests in {given.seconds:.0f} s: {dict(told.statuses)}")
    print(f"p50 {told.quantile(0.5):.0f} ms, p95 {told.quantile(0.95):.0f} ms, p99 {told.quantile(0.99):.0f} ms")
    print(f"{told.received / len(told.milliseconds) / 1000:.1f} KB a page as it is sent")


if __name__ == "__main__":
    main()
