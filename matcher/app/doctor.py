"""`matcher doctor`: look at each thing the daily job stands on, and say what to do where one is not well."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from matcher.errors import IndexMissing, MatcherError, StoreMissing
from matcher.model.answers import Finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from matcher.app.home import Matcher

STALE_AFTER = timedelta(days=4)
"""A daily job that runs on weekdays leaves three days between Friday and Monday."""


def examine(app: Matcher, now: datetime) -> tuple[Finding, ...]:
    """Every check, in the order in which they build on each other; none stops the rest. Ages are counted to `now`."""
    checks: tuple[tuple[str, Callable[[Matcher], str]], ...] = (
        ("configuration", _configuration),
        ("home", _home),
        ("database", _database),
        ("index", _index),
        ("last fetch", lambda app: _last_fetch(app, now)),
        ("portal", _portal),
        ("mails", _mails),
    )
    return tuple(_finding(name, check, app) for name, check in checks)


class _NotWellError(MatcherError):
    """What a check found wrong."""


def _finding(name: str, check: Callable[[Matcher], str], app: Matcher) -> Finding:
    try:
        return Finding(name, True, check(app))
    except MatcherError as error:
        return Finding(name, False, str(error))
    except OSError as error:
        return Finding(name, False, f"{error.filename}: {error.strerror}; check the path and its permissions")


def _configuration(app: Matcher) -> str:
    return f"{len(app.institutes)} institutes in {app.settings.config_dir}"


def _home(app: Matcher) -> str:
    home = app.settings.home
    nearest = next(p for p in (home, *home.parents) if p.exists())
    if not os.access(nearest, os.W_OK):
        raise _NotWellError(f"{nearest} is not writable; set MATCHER_HOME to a folder of your own")
    return str(home) if home.exists() else f"{home} (made at the first run)"


def _database(app: Matcher) -> str:
    try:
        with app.open_store(read_only=True) as store:
            return f"{sum(store.counts().values())} calls, revision {store.revision}"
    except StoreMissing:
        return "none yet (made at the first run)"


def _index(app: Matcher) -> str:
    try:
        index = app.index()
    except IndexMissing:
        return "none yet (built at the first run)"
    return f"{len(index)} calls, built {index.meta['created']}"


def _last_fetch(app: Matcher, now: datetime) -> str:
    health = app.status(1)
    if health.last_good_fetch is None:
        raise _NotWellError("the portal was never fetched; start with `matcher run`")
    age = now - health.last_good_fetch
    if age > STALE_AFTER:
        raise _NotWellError(f"{age.days} days ago; is the daily job still running?")
    return f"{health.last_good_fetch:%Y-%m-%d %H:%M} UTC"


def _portal(app: Matcher) -> str:
    from matcher.portal.search import Query

    with app.portal(attempts=1) as portal:
        return f"{portal.count(Query())} live rows at {app.settings.portal.url}"


def _mails(app: Matcher) -> str:
    """Who gets mail and how; whether the server answers is known when a first mail is sent."""
    from matcher.app.mailing import destination

    where = destination(app.settings)
    lines = app.mailing.listed()
    held = [line.subscriber.address for line in lines if line.paused]
    if held:
        raise _NotWellError(f"{', '.join(held)} refused mails and is paused; see `matcher digest status`")
    return f"{len(lines)} subscribers; mails go to {where}" if lines else "nobody is subscribed"
