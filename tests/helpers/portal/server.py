"""A portal on this machine, with the real one's quirks and, on demand, its failures (PROTOCOL.md).

In tests: `with LocalPortal(rows, seed=3) as portal: ... portal.url ...`. By hand:

    python -m tests.helpers.portal.server --rows ../shared/portal/recorded --port 8800
    MATCHER_PORTAL_URL=http://127.0.0.1:8800/search-api/prod/rest \\
    MATCHER_PORTAL_DATA_URL=http://127.0.0.1:8800/data matcher fetch
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import json
import re
import socket
import struct
import threading
import time
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.helpers.portal.failures import STATUS_FAULTS, Fault, Faults
from tests.helpers.portal.index import BadQueryError, Index
from tests.helpers.portal.rows import recorded_rows

if TYPE_CHECKING:
    from collections.abc import Callable

SEARCH_BASE = "/search-api/prod/rest"
DATA_BASE = "/data"
HANG = 30.0
DRIP_PAUSE = 0.05


class LocalPortal:
    """Serves rows, topic files and an archive until closed. `requests` logs (method, path, parts) of each one.

    With a `clock` (aware), its answers carry a `Date`; without one they don't, so that days can be replayed.
    """

    def __init__(
        self,
        rows: list[dict[str, Any]],
        *,
        seed: int = 0,
        faults: Faults | None = None,
        retry_after: str = "0",
        details: dict[str, object] | None = None,
        archive: bytes = b"",
        port: int = 0,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.index = Index(rows, seed=seed)
        self.faults = faults or Faults()
        self.retry_after = retry_after
        self.clock = clock
        self.details = details or {}
        self.archive = archive
        self.redirect: str | None = None
        self.requests: list[tuple[str, str, dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        self.lock = threading.Lock()
        self.failing = threading.Event()  # a first request met its fault
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.002,), daemon=True)

    def __enter__(self) -> LocalPortal:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening: from now on connections are refused."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(self) -> None:
        """Serve in this thread until interrupted."""
        with contextlib.suppress(KeyboardInterrupt):
            self._server.serve_forever()
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return self.origin + SEARCH_BASE

    @property
    def data_url(self) -> str:
        return self.origin + DATA_BASE


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news here."""


def _handler(portal: LocalPortal) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.portal = portal
    return Handler


class _Handler(BaseHTTPRequestHandler):
    portal: LocalPortal
    protocol_version = "HTTP/1.1"
    timeout = HANG

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if self._fault(None, {}):
            return
        if path.startswith(SEARCH_BASE):
            self._json(405, {"message": "Request method 'GET' not supported"})
        elif path == f"{DATA_BASE}/referenceData/grantsTenders.json" and self.portal.archive:
            self._archive()
        elif path.startswith(f"{DATA_BASE}/topicDetails/"):
            name = unquote(path.rsplit("/", 1)[1]).removesuffix(".json")
            found = self.portal.details.get(name) if name == name.lower() else None
            self._json(200, found) if found is not None else self._json(404, {"message": "not found"})
        else:
            self._json(404, {"message": "not found"})

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        params = parse_qs(url.query)  # a `query` here is ignored, as the portal does
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts, all_json = self._parts(body)
        page = int(params.get("pageNumber", ["1"])[0])
        size = int(params.get("pageSize", ["10"])[0])
        if self._fault(page if size > 1 and url.path.endswith("/search") else None, parts):
            return
        if self.portal.redirect is not None:
            self._send(307, b"", {"Location": self.portal.redirect})
        elif not all_json:
            self._json(500, {"type": "throwable"})
        elif "text" not in params:
            self._json(400, {"message": "Required parameter 'text' is not present."})
        elif url.path == f"{SEARCH_BASE}/search":
            self._search(parts, page, size)
        elif url.path == f"{SEARCH_BASE}/facet":
            self._facet(parts)
        else:
            self._json(404, {"message": "not found"})

    def _search(self, parts: dict[str, Any], page: int, size: int) -> None:
        try:
            with self.portal.lock:
                total, rows = self.portal.index.page(
                    parts.get("query", {}), parts.get("languages"), parts.get("sort"), page, size
                )
        except BadQueryError:
            self._json(400, {"type": "businessError", "message": "Invalid Query format"})
            return
        head = json.dumps({"apiVersion": "2.148", "terms": "***", "totalResults": total, "pageNumber": page})
        self._send(200, f'{head[:-1]}, "warnings": [], "results": [{rows}]}}'.encode())

    def _facet(self, parts: dict[str, Any]) -> None:
        if "sort" in parts:
            self._json(500, {"type": "throwable"})
            return
        index = self.portal.index
        rows = index.filtered(parts.get("query", {}), parts.get("languages"))
        fields = ("frameworkProgramme", "status", "type")
        self._json(
            200,
            {
                "facets": [
                    {
                        "name": field.upper(),
                        "rawName": field,
                        "count": len(rows),
                        "values": [
                            {"rawValue": value, "value": f"{value}  %26", "count": count}
                            for value, count in index.counts(rows, field).most_common()
                        ],
                    }
                    for field in fields
                ]
            },
        )

    def _archive(self) -> None:
        data = self.portal.archive
        etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            self._send(304, b"", {"ETag": etag})
            return
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if wanted:
            start, end = int(wanted[1]), int(wanted[2] or len(data) - 1)
            headers = {"ETag": etag, "Content-Range": f"bytes {start}-{end}/{len(data)}"}
            self._send(206, data[start : end + 1], headers)
        else:
            self._send(200, data, {"ETag": etag, "Accept-Ranges": "bytes"})

    def _parts(self, body: bytes) -> tuple[dict[str, Any], bool]:
        """The JSON parts of a multipart body, and whether each carries the JSON content type."""
        header = f"Content-Type: {self.headers.get('Content-Type', '')}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(header + body)
        parts: dict[str, Any] = {}
        if not message.is_multipart():
            return parts, False
        all_json = True
        for part in message.iter_parts():
            name = str(part.get_param("name", "", "Content-Disposition"))
            all_json = all_json and part.get_content_type() == "application/json"
            with contextlib.suppress(ValueError):
                parts[name] = json.loads(part.get_payload(decode=True))
        return parts, all_json

    def _fault(self, page: int | None, parts: dict[str, Any]) -> bool:
        """Log the request, and fail it when its turn has come."""
        with self.portal.lock:
            self.portal.requests.append((self.command, self.path, parts))
            self.portal.headers.append(dict(self.headers.items()))
            fault = self.portal.faults.pick(len(self.portal.requests), page)
        if fault is None:
            return False
        self.portal.failing.set()
        self._fail(fault)
        return True

    def _fail(self, fault: Fault) -> None:
        self.close_connection = True
        if fault in STATUS_FAULTS:
            headers = {"Retry-After": self.portal.retry_after} if fault is Fault.TOO_MANY else {}
            self._send(STATUS_FAULTS[fault], b'{"message":"try again"}', headers)
        elif fault is Fault.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault is Fault.NO_ANSWER:
            self.portal.closing.wait(HANG)
        elif fault is Fault.TRUNCATED:
            self._send(200, b'{"totalResults": 663, "results": [', {"Content-Length": "99999"})
        elif fault is Fault.HTML:
            self._send(200, b"<html><body>Maintenance</body></html>", {"Content-Type": "text/html"})
        elif fault is Fault.INFLATED:
            self._send(200, gzip.compress(b" " * 5_000_000), {"Content-Encoding": "gzip"})
        elif fault is Fault.WRONG_SHAPE:
            self._json(200, {"type": "throwable"})
        else:
            self._drip(in_head=fault is Fault.HEAD_DRIP)

    def _drip(self, *, in_head: bool) -> None:
        """One byte at a time, of the body or of a header, for longer than anyone should wait."""
        self.send_response_only(200)
        self.send_header("Content-Length", "100000")
        if in_head:
            self.flush_headers()
            self.wfile.write(b"X-Slow:")
        else:
            self.end_headers()
        end = time.monotonic() + HANG
        while time.monotonic() < end and not self.portal.closing.wait(DRIP_PAUSE):
            self.wfile.write(b" ")
            self.wfile.flush()

    def _json(self, status: int, content: object) -> None:
        self._send(status, json.dumps(content).encode())

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        sent = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
        if self.close_connection:
            sent["Connection"] = "close"
        if self.portal.clock is not None:
            sent["Date"] = format_datetime(self.portal.clock().astimezone(UTC), usegmt=True)
        self.send_response_only(status)
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve recorded pages by hand."""
    parser = argparse.ArgumentParser(description="A local portal that serves recorded pages.")
    parser.add_argument("--rows", type=Path, required=True, help="folder with page-*.json or page-*.json.gz")
    parser.add_argument("--port", type=int, default=8800)
    parser.add_argument("--seed", type=int, default=0, help="of the unstable order")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that fail, 0 to 1")
    chosen = parser.parse_args()
    rows = recorded_rows(chosen.rows)
    portal = LocalPortal(rows, seed=chosen.seed, faults=Faults(chosen.faults, seed=chosen.seed), port=chosen.port)
    print(f"{len(rows)} rows on MATCHER_PORTAL_URL={portal.url} MATCHER_PORTAL_DATA_URL={portal.data_url}", flush=True)
    portal.serve()


if __name__ == "__main__":
    main()
