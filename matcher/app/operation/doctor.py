"""`matcher doctor`: look at each thing the daily job stands on, and say what to do where one is not well."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from matcher.app.answering.questions import meant
from matcher.app.kept_index import current_index
from matcher.app.mails.mail_trial import look_at_mail_server
from matcher.app.operation.health import status
from matcher.app.operation.setup_check import every_mistake
from matcher.app.sources.project_sources import project_health
from matcher.app.unread_rows import unread_rows
from matcher.disk import can_be_written
from matcher.errors import ConfigError, IndexMissing, MatcherError, StoreMissing, UsageError
from matcher.model.caution import reported_text
from matcher.model.day import brussels_day
from matcher.model.institute import Take
from matcher.model.outcomes import Finding
from matcher.model.question import CallFilter, Question
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from matcher.app.home import Home
    from matcher.model.searched import SavedSearch

STALE_AFTER = timedelta(days=4)
"""A daily job that runs on weekdays leaves three days between Friday and Monday."""

OLD_PROJECTS = timedelta(days=70)
"""They are asked for once a month; after so long two months brought nothing."""


def examine(home: Home, *, as_of: date | None = None) -> tuple[Finding, ...]:
    """Every check, in the order in which they build on each other; none stops the rest. Ages are counted to `as_of`.

    What several of them find wrong is told by the first.
    """
    now = home.day(as_of).moment
    checks: tuple[tuple[str, Callable[[Home], str]], ...] = (
        ("configuration", _configuration),
        ("environment", _environment),
        ("home", _home),
        ("database", _database),
        ("rows", _rows),
        ("index", _index),
        ("fit", lambda home: _fit(home, now)),
        ("last fetch", lambda home: _last_fetch(home, now)),
        ("projects", lambda home: _projects(home, now)),
        ("PICs", _pics),
        ("portal", _portal),
        ("not confirmed", _unconfirmed),
        ("mail server", look_at_mail_server),
        ("mails", _mails),
        ("searches", lambda home: _searches(home, now)),
    )
    told: dict[str, str] = {}
    return tuple(_finding(name, check, home, told) for name, check in checks)


class _NotWellError(MatcherError):
    """What a check found wrong."""


def _finding(name: str, check: Callable[[Home], str], home: Home, told: dict[str, str]) -> Finding:
    """What a check finds; `told` are mistakes that others found before, with the name of the check."""
    try:
        return Finding(name, True, check(home))
    except MatcherError as error:
        wrong, mistakes = str(error), error.mistakes if isinstance(error, ConfigError) else [str(error)]
    except OSError as error:
        wrong = f"{error.filename}: {error.strerror}; check the path and its permissions"
        mistakes = [wrong]
    before = [told[mistake] for mistake in mistakes if mistake in told]
    told |= {mistake: name for mistake in mistakes if mistake not in told}
    return Finding(name, False, f"not looked at: see {before[0]}" if len(before) == len(mistakes) else wrong)


def _configuration(home: Home) -> str:
    if mistakes := every_mistake(home):
        raise ConfigError(mistakes)
    idle = [one.identifier for one in home.institutes if not one.profile().parts]
    without = f"; without any skill yet: {', '.join(idle)}" if idle else ""
    return f"{counted(len(home.institutes), 'institute')} in {home.settings.config_dir}{without}"


def _environment(home: Home) -> str:
    unread = home.settings.unread
    if unread.slips:
        raise _NotWellError("; ".join(map(str, unread.slips)))
    return f"{', '.join(unread.others)}: read by nothing here" if unread.others else "every MATCHER_ variable is read"


def _home(home: Home) -> str:
    folder = home.settings.home
    if folder.exists() and not folder.is_dir():
        raise _NotWellError(f"{folder} is no folder; set MATCHER_HOME to a folder of your own")
    if not can_be_written(folder):
        raise _NotWellError(f"{folder} is not writable, only read; set MATCHER_HOME to a folder of your own")
    return str(folder) if folder.exists() else f"{folder} (made at the first run)"


def _database(home: Home) -> str:
    try:
        with home.open_store(read_only=True) as store:
            calls = sum(store.calls.counts().values())
            return f"{counted(calls, 'call')}, revision {store.revision}, in {store.maintenance.server()}"
    except StoreMissing:  # a server was reached, and has nothing of ours
        return f"nothing yet in {home.settings.database_shown} (made at the first run)"


def _rows(home: Home) -> str:
    try:
        with home.open_store(read_only=True) as store:
            unread = unread_rows(store)
    except StoreMissing:
        return "none yet"
    if unread is not None:
        raise _NotWellError(str(unread))
    return "every decision and every change can be read"


def _index(home: Home) -> str:
    try:
        index = current_index(home)
    except IndexMissing:
        return "none yet (built at the first run)"
    return f"{counted(len(index), 'call')}, built {index.meta['created']}"


def _fit(home: Home, now: datetime) -> str:
    """Fit is a chance: of what institutes decided on, about as many calls are kept as their fits add up to."""
    from matcher.app.measuring.fit_check import FEWEST, check_fit

    try:
        found = check_fit(home, current_index(home), brussels_day(now))
    except IndexMissing:
        return "nothing yet to hold against decisions"
    if not found.is_enough:
        decisions = counted(found.decided, "decision")
        return f"{decisions} on whether a call suits; from {FEWEST} on fit is held against them"
    told = f"of {found.decided} calls decided on {found.kept} suit; by their fits it would be {found.expected:.0f}"
    if found.is_off:
        raise _NotWellError(
            f"{told}, give or take {found.spread:.0f}: more than chance. Look at a few with `matcher why`; "
            "`matcher decisions --qrels FILE` writes them all as graded judgements"
        )
    return f"{told}, give or take {found.spread:.0f}"


def _last_fetch(home: Home, now: datetime) -> str:
    health = status(home, 1)
    if health.last_good_fetch is None:
        raise _NotWellError("the portal was never fetched; start with `matcher run`")
    age = now - health.last_good_fetch
    if age > STALE_AFTER:
        raise _NotWellError(f"{counted(age.days, 'day')} ago; is the daily job still running?")
    return f"{health.last_good_fetch:%Y-%m-%d %H:%M} UTC"


def _projects(home: Home, now: datetime) -> str:
    health, wanted = project_health(home), bool(home.settings.projects.sources)
    if health is None:
        return "none yet (the first run brings them)" if wanted else "none: [projects] sources is empty"
    age = (now - health.read).days if health.read else None
    if wanted and (age is None or age > OLD_PROJECTS.days):
        asked = "never read to the end" if age is None else f"last read {counted(age, 'day')} ago"
        raise _NotWellError(f"{counted(health.projects, 'project')}, {asked}; `matcher fetch --projects` shows why")
    taken = "; ".join(f"{one.name} of {one.day}" for one in health.sources)
    kept = f"{counted(health.projects, 'project')}, {counted(health.participations, 'participation')}"
    return f"{kept} ({taken})"


def _pics(home: Home) -> str:
    """An entity without a project is no fault, but it may be a slip, and its institute gains nothing by it."""
    listed: defaultdict[str, list[str]] = defaultdict(list)
    for institute in home.institutes:
        for pic in dict.fromkeys((*institute.pics(Take.ALL), *institute.pics(Take.SELECTED))):
            listed[pic].append(institute.identifier)
    try:
        with home.open_store(read_only=True) as store:
            unknown = store.projects.unknown(listed) if store.projects.counts().projects else None
    except StoreMissing:
        unknown = None
    if unknown is None:
        return f"{len(listed)} of the institutes' legal entities, and no projects to look for them in"
    if not unknown:
        return f"each of the {len(listed)} of the institutes' legal entities has projects"
    named = ", ".join(f"{pic} ({', '.join(listed[pic])})" for pic in unknown)
    return f"{len(unknown)} of the {len(listed)} of the institutes' legal entities have no project: {named}"


def _unconfirmed(home: Home) -> str:
    """What the portal reported of too many calls at once; nothing is wrong here, but somebody may want to look."""
    try:
        with home.open_store(read_only=True) as store:
            counts = store.doubts.counts()
    except StoreMissing:
        return "nothing"
    told = (
        f"{count} calls {reported_text(what)} (since {brussels_day(since)})" for what, (count, since) in counts.items()
    )
    return "; ".join(told) + ": waits for a fetch on another day" if counts else "nothing"


def _portal(home: Home) -> str:
    """One request; the numbers are of rows, as the portal counts them."""
    from matcher.portal.search import STATUSES, Query

    with home.portal(attempts=1) as portal:
        spread = portal.spread(Query(), "status")
    named = {code: STATUSES[code].value if code in STATUSES else f"of status {code}" for code in spread}
    counts = ", ".join(f"{count} {named[code]}" for code, count in sorted(spread.items()))
    if not counts:
        raise _NotWellError(f"{home.settings.portal.url} answers, and counts no open or forthcoming call")
    return f"{counts} at {home.settings.portal.url}"


def _mails(home: Home) -> str:
    from matcher.app.mails.mailing import Mailing

    lines = Mailing(home).listed()
    held = [line.subscriber.address for line in lines if line.paused]
    if held:
        raise _NotWellError(f"{', '.join(held)} refused mails and is paused; see `matcher digest status`")
    if wrong := list(_wrongly_asked(home)):
        raise _NotWellError("; ".join(wrong))
    return counted(len(lines), "subscriber") if lines else "nobody is subscribed"


def _wrongly_asked(home: Home) -> Iterator[str]:
    """Who asks for a type of action that no call has, and so gets no mail of it: a slip, or none has it yet."""
    try:
        index = current_index(home)
    except IndexMissing:
        return
    for subscriber in home.subscribers:
        try:
            meant(index, CallFilter(actions=frozenset(subscriber.actions)))
        except UsageError as error:
            yield f"{subscriber.identifier}: {error}"


def _searches(home: Home, now: datetime) -> str:
    """One that finds nothing is no fault, as it may wait for its call; a word that no call has may be a slip.

    One for a type of action that there is not is a fault: it can find nothing.
    """
    saved = [(subscriber, search) for subscriber in home.subscribers for search in subscriber.searches]
    if not saved:
        return "none is saved"
    told, wrong = [], False
    for subscriber, search in saved:
        try:
            found = _search(home, search, brussels_day(now))
        except IndexMissing:
            return f"{len(saved)} are saved, and there is nothing yet to search"
        except UsageError as error:
            found, wrong = f"“{search.name}” finds none: {error}", True
        told.append(f"{subscriber.identifier}: {found}")
    if wrong:
        raise _NotWellError("; ".join(told))
    return "; ".join(told)


def _search(home: Home, saved: SavedSearch, day: date) -> str:
    from matcher.app.answering.lookup import calls

    wanted = CallFilter(programmes=frozenset(saved.parts), actions=frozenset(saved.actions))
    outcome = calls(home, Question(None, wanted, as_of=day, search=saved.search)).outcome
    if outcome is None or not outcome.missing:
        return f"“{saved.name}” finds {counted(outcome.found if outcome else 0, 'live call')}"
    lacking = (f"{word} (near: {', '.join(near)})" if near else word for word, near in outcome.missing.items())
    return f"“{saved.name}” finds none: no call has {', '.join(lacking)}"
