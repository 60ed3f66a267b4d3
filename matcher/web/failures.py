"""What goes wrong, as a page in plain words: what is wrong, what to do, and a number that stands in the log."""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from matcher.errors import ConfigError, IndexMissing, IndexRenewing, MatcherError, StoreBusy, UsageError, clipped

if TYPE_CHECKING:
    from matcher.present.words import Words
    from matcher.text.saying import Saying

_log = logging.getLogger("matcher.web")


class Refused(MatcherError):
    """A request that is not answered as it was asked."""

    def __init__(self, message: str | Saying, status: HTTPStatus = HTTPStatus.BAD_REQUEST, /, **values: object) -> None:
        super().__init__(message, **values)
        self.status = status


class Missing(Refused):
    """Nothing is at this address, or nothing that this person may see."""

    def __init__(self, message: str | Saying, /, **values: object) -> None:
        super().__init__(message, HTTPStatus.NOT_FOUND, **values)


def status_of(error: Exception) -> HTTPStatus:
    """With which status an error is answered."""
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, UsageError):
        return HTTPStatus.BAD_REQUEST
    if isinstance(error, StoreBusy | IndexMissing | IndexRenewing):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.INTERNAL_SERVER_ERROR


def told_of(error: Exception, words: Words) -> str:
    """What may be told of an error; of one that nobody foresaw, or of the set-up alone, that it is in the log."""
    if isinstance(error, MatcherError) and not isinstance(error, ConfigError):
        return clipped(words.tell(error.saying))
    return words.say("The product could not answer. Whoever runs it finds the reason in its log.")


def logged(error: Exception, path: str) -> str:
    """Write an error to the log; the number by which it is found there."""
    number = secrets.token_hex(4)
    status = status_of(error)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.info("%s: %s refused (%d): %s", number, path, status, error)
    elif isinstance(error, MatcherError):
        _log.error("%s: %s failed: %s", number, path, error)
    else:
        _log.error("%s: %s failed", number, path, exc_info=error)
    return number


def title_of(status: HTTPStatus, words: Words) -> str:
    """The heading of an error's page."""
    titles = {
        HTTPStatus.FORBIDDEN: words.say("This is not allowed"),
        HTTPStatus.NOT_FOUND: words.say("There is nothing here"),
        HTTPStatus.METHOD_NOT_ALLOWED: words.say("This is not how this page is asked"),
        HTTPStatus.GONE: words.say("This is over"),
        HTTPStatus.TOO_MANY_REQUESTS: words.say("Not just now"),
        HTTPStatus.SERVICE_UNAVAILABLE: words.say("Not just now"),
    }
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return titles.get(status, words.say("Something went wrong here"))
    return titles.get(status, words.say("This could not be understood"))
