"""One polite HTTP client: pace, tries, bounds on what is asked and read, no redirect elsewhere."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import BadStatusLine, HTTPException, HTTPResponse, RemoteDisconnected
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from matcher.config.addresses import is_loopback
from matcher.errors import PortalError
from matcher.text import untrusted
from matcher.text.time_limit import HOUR, TimeLimit, timed
from matcher.text.untrusted import decoded

if TYPE_CHECKING:
    from urllib3.poolmanager import PoolManager

    from matcher.config.setting_sections import PortalSettings


class Pace:
    """Keeps requests at least `1 / rate` seconds apart, start to start."""

    def __init__(self, rate: float, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._gap = 1.0 / rate
        self._sleep = sleep
        self._clock = clock
        self._next: float | None = None

    def wait(self) -> None:
        """Return when the next request may start."""
        now = self._clock()
        if self._next is not None and now < self._next:
            self._sleep(self._next - now)
            now = max(self._clock(), self._next)
        self._next = now + self._gap


PIECE = 65_536

READ_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError)
"""What a body can fail with while it is read: resets, time-outs, truncation, broken compression."""


class BodyTooLongError(Exception):
    """More bytes than an answer of its kind can have."""


class Body:
    """A file-like view of a streamed response, decompressed; `read` returns what has arrived, at most `size` bytes.

    Raises `BodyTooLongError` beyond `limit` bytes; `READ_ERRORS` pass through.
    """

    def __init__(self, response: requests.Response, limit: int) -> None:
        self._raw: urllib3.response.BaseHTTPResponse = response.raw
        self._left = limit

    def read(self, size: int = PIECE) -> bytes:
        # read1 returns after one receive, so that what has arrived is seen at once
        wanted = PIECE if size is None or size < 0 else size
        if wanted == 0:
            return b""
        piece = self._raw.read1(min(wanted, PIECE), decode_content=True)
        self._left -= len(piece)
        if self._left < 0:
            raise BodyTooLongError
        return piece

    def read_all(self) -> bytes:
        """The rest of the body."""
        pieces = []
        while piece := self.read(PIECE):
            pieces.append(piece)
        return b"".join(pieces)


class TimedAdapter(HTTPAdapter):
    """Reads answers, their heads too, through `timed`."""

    def __init__(self, over: Callable[[], bool]) -> None:
        self._pools = _pools(over)
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(over: Callable[[], bool]) -> dict[str, type[HTTPConnectionPool]]:
    class Answer(HTTPResponse):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.fp = timed(self.fp, over)

    class Plain(HTTPConnection):
        response_class = Answer

    class Secure(HTTPSConnection):
        response_class = Answer

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

LONGEST_PAUSE = 120.0
"""Seconds: no pause between two tries is longer, whatever Retry-After says."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

_HOPS = 5

_ANSWER_LIMIT = 256_000_000

_YEARS = range(2024, 2060)
"""A `Date` of another year is a fault of who sent it, and says nothing of this machine's clock."""

T = TypeVar("T")

Sleep = Callable[[float], None]

Clock = Callable[[], float]


class RequestFailedError(PortalError):
    """A request that stayed bad; `answered` tells whether the portal answered at all."""

    def __init__(self, message: str, *, answered: bool) -> None:
        super().__init__(message)
        self.answered = answered


class BoundReachedError(RequestFailedError):
    """All that may be asked in one go was asked, or the time for it is over; it is not tried again."""


class _TransientError(Exception):
    """A failure worth another try."""

    def __init__(self, reason: str, *, answered: bool = True, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.answered = answered
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Message:
    """What is sent; `files` are parts of a multipart body: name → file name, content, content type."""

    method: str
    url: str
    params: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, str, str]] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """The time that the portal gave in an answer, and when that was, by a clock that is never set."""

    date: datetime
    at: float
    clock: Clock

    def now(self) -> datetime:
        """The portal's time now."""
        return self.date + timedelta(seconds=self.clock() - self.at)


PATIENCE = 4
"""A whole answer may take this many times `timeout`, however slowly its bytes drip in."""


class Client:
    """A session with the portal; `requests` and `retries` count what was sent, `date` is the portal's own time.

    It has `max_hours` from now on and `max_requests`; each answer has a time limit too.
    """

    def __init__(
        self,
        settings: PortalSettings,
        *,
        sleep: Sleep = time.sleep,
        clock: Clock = time.monotonic,
        longest: int = _ANSWER_LIMIT,
    ) -> None:
        self._settings = settings
        self._longest = longest
        self._clock = clock
        self._sleep = sleep
        self._pace = Pace(settings.rate, sleep=sleep, clock=clock)
        self._session = requests.Session()
        self._session.headers.update(
            {"User-Agent": f"matcher/{version('matcher')} (+Carnot Europe call watch)", "Accept": "application/json"}
        )
        self._session.auth = _no_auth
        self._limit = TimeLimit(settings.max_hours * HOUR, clock=clock)
        self._answer_limit = self._limit
        adapter = TimedAdapter(lambda: self._limit.over or self._answer_limit.over)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self.before_request: Callable[[], None] = _nothing
        self.date: Dated | None = None
        self.requests = 0
        self.retries = 0

    def close(self) -> None:
        self._session.close()

    def post_json(self, path: str, params: Mapping[str, str], parts: Mapping[str, object], check: Check[T]) -> T:
        """POST JSON parts below `portal.url`; `check` turns the decoded answer into what is wanted.

        `check` raises `WrongShapeError` for an answer that makes no sense, which is then asked for again.
        Raises `RequestFailedError` when no try brought a usable answer.
        """
        url = self._settings.url.rstrip("/") + path
        # a part without a file name and its own JSON content type is answered with a 500 (PROTOCOL.md, search API)
        files = {name: ("blob", json.dumps(value), "application/json") for name, value in parts.items()}

        return self._persist(lambda: self._answer(_Message("POST", url, params, files), check), url)

    def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str], check: Check[T]) -> T:
        """POST a form as browsers do. Raises as `post_json`."""
        return self._persist(lambda: self._answer(_Message("POST", url, form=form, headers=headers), check), url)

    def get_json(self, url: str, check: Check[T], headers: Mapping[str, str] | None = None) -> T | None:
        """GET a JSON file; None when there is none (404). Raises as `post_json`."""

        def once() -> T | None:
            with self._send(_Message("GET", url, headers=headers)) as response:
                if response.status_code == requests.codes.not_found:
                    return None
                if response.status_code != requests.codes.ok:
                    raise RequestFailedError(_refusal(response), answered=True)
                return _checked(self._whole(response), check)

        return self._persist(once, url)

    def open(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """GET for streaming in the time left: status 200 or 304, the body still unread. Raises as `post_json`."""

        def once() -> requests.Response:
            response = self._send(_Message("GET", url, headers=headers))
            if response.status_code not in {requests.codes.ok, requests.codes.not_modified}:
                response.close()
                raise RequestFailedError(_refusal(response), answered=True)
            self._answer_limit = self._limit
            return response

        return self._persist(once, url)

    def _answer(self, message: _Message, check: Check[T]) -> T:
        """What is answered to a message with 200."""
        with self._send(message) as response:
            if response.status_code != requests.codes.ok:
                raise RequestFailedError(_refusal(response), answered=True)
            return _checked(self._whole(response), check)

    def _persist(self, once: Callable[[], T], url: str) -> T:
        """Try until it works or patience ends."""
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._settings.attempts),
            wait=self._pause,
            retry=tenacity.retry_if_exception_type(_TransientError),
            before_sleep=self._count_retry,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(once)
        except _TransientError as failure:
            tries = "1 try" if self._settings.attempts == 1 else f"{self._settings.attempts} tries"
            host = urlsplit(url).netloc
            raise RequestFailedError(
                f"{host} gave no usable answer in {tries}: {failure}", answered=failure.answered
            ) from None

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """Doubling pauses, or what Retry-After asks for when that is longer."""
        doubling = self._settings.backoff * 2.0 ** (state.attempt_number - 1)
        failure = state.outcome.exception() if state.outcome else None
        asked = failure.retry_after if isinstance(failure, _TransientError) else None
        return min(max(doubling, asked or 0.0), LONGEST_PAUSE)

    def _count_retry(self, _: tenacity.RetryCallState) -> None:
        self.retries += 1

    def _send(self, message: _Message) -> requests.Response:
        """One request with its redirects on the same host; a response whose status is worth reading."""
        for _ in range(_HOPS):
            response = self._send_once(message)
            if response.status_code not in _REDIRECTS:
                return response
            with response:
                message = _redirected(message, response)
        raise RequestFailedError(f"{urlsplit(message.url).netloc} redirects in a circle", answered=True)

    def _send_once(self, message: _Message) -> requests.Response:
        self._pace.wait()
        self._check_bounds()
        self.before_request()
        self.requests += 1
        self._answer_limit = TimeLimit(PATIENCE * self._settings.timeout, clock=self._clock)
        # on this machine, a proxy that the environment names has no business
        self._session.trust_env = not is_loopback(urlsplit(message.url).hostname or "")
        try:
            response = self._session.request(
                message.method,
                message.url,
                params=message.params,
                files=message.files,
                data=message.form,
                headers=message.headers,
                timeout=self._settings.timeout,
                stream=True,
                allow_redirects=False,
            )
        except READ_ERRORS as error:
            raise _TransientError(_in_words(error), answered=False) from error
        self.date = _dated(response.headers, self._clock) or self.date
        if response.status_code in RETRIED_STATUSES:
            with response:
                raise _TransientError(f"HTTP {response.status_code}", retry_after=_retry_after(response.headers))
        return response

    def _check_bounds(self) -> None:
        bounds = self._settings
        if self.requests >= bounds.max_requests:
            raise BoundReachedError(f"{self.requests} requests were sent (portal.max_requests)", answered=True)
        if self._limit.over:
            raise BoundReachedError(f"{bounds.max_hours:g} hours are over (portal.max_hours)", answered=True)

    def _whole(self, response: requests.Response) -> bytes:
        """The body of a response, or a reason to try again."""
        try:
            return Body(response, self._longest).read_all()
        except BodyTooLongError:
            raise RequestFailedError("The answer is longer than any real one", answered=True) from None
        except READ_ERRORS as error:
            raise _TransientError(f"the answer broke off ({_in_words(error)})") from error


class WrongShapeError(Exception):
    """JSON that is not what was asked for."""


Check = Callable[[object], T]


def _checked(body: bytes, check: Check[T]) -> T:
    try:
        answer = decoded(body)
    except (ValueError, RecursionError):
        raise _TransientError("the answer is not JSON") from None
    try:
        return check(answer)
    except WrongShapeError as error:
        raise _TransientError(str(error)) from None


def _nothing() -> None:
    """Nobody asked to be called."""


def _dated(headers: Mapping[str, str], clock: Clock) -> Dated | None:
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    if date.year not in _YEARS:
        return None
    return Dated(date if date.tzinfo else date.replace(tzinfo=UTC), clock(), clock)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps passwords of the user's .netrc from being sent along."""
    return request


def _redirected(message: _Message, response: requests.Response) -> _Message:
    """The message for where a redirect leads, if it may be followed: same scheme and host, and a POST stays a POST."""
    target = urljoin(message.url, response.headers.get("Location", ""))
    here, there = urlsplit(message.url), urlsplit(target)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise RequestFailedError(
            f"{here.netloc} redirects to {there.scheme}://{there.netloc}, which is not followed", answered=True
        )
    if message.method == "POST" and response.status_code not in {307, 308}:
        raise RequestFailedError(f"{here.netloc} redirects a search (HTTP {response.status_code})", answered=True)
    return replace(message, url=target, params=None)  # the new address has its own parameters


def _refusal(response: requests.Response) -> str:
    return f"{urlsplit(response.url).netloc} refused the request (HTTP {response.status_code})"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After as seconds, from a number, or from an HTTP date against the answer's own `Date`."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return min(float(text), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, min(until.total_seconds(), LONGEST_PAUSE))


def _in_words(error: BaseException) -> str:
    """The kind of failure and what is behind it, without the chain of wrapped messages."""
    names = (
        (requests.exceptions.SSLError, "no secure connection"),
        (requests.exceptions.ProxyError, "the proxy does not let it through"),
        (requests.exceptions.Timeout, "no answer in time"),
        (urllib3.exceptions.TimeoutError, "no answer in time"),
        (TimeoutError, "no answer in time"),
        (requests.exceptions.ConnectionError, "no connection"),
    )
    kind = next((words for kind, words in names if isinstance(error, kind)), type(error).__name__)
    reason = next((words for cause in _behind(error) if (words := _reason(cause))), None)
    return f"{kind}: {reason}" if reason else kind


def _reason(cause: BaseException) -> str | None:
    match cause:
        case BadStatusLine() if not isinstance(cause, RemoteDisconnected):
            return f"what answers there is no web server ({untrusted.text(cause.args[0], 60)!r})"
        case ssl.SSLCertVerificationError():
            return f"the certificate is not trusted ({cause.verify_message})"
        case ssl.SSLError():
            return "what answers there does not speak TLS as expected"
        case socket.gaierror():
            return "there is no machine of that name"
        case ConnectionRefusedError():
            return "nothing listens there"
        case _:
            return None


def _behind(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it was made of; libraries keep causes as causes, arguments or `reason`."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        linked = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [other for other in linked if isinstance(other, BaseException)]
