"""The network's digest (pure): all institutes side by side, possible joint bids, calls that nobody saw."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.digest.compose import compose, suitors_of
from matcher.digest.edition import GOOD_FIT
from matcher.model.call import Status
from matcher.model.day import BRUSSELS
from matcher.model.subscription import Digest, Item, Language, NetworkView
from matcher.model.subscription import MailSection as Part

if TYPE_CHECKING:
    from collections.abc import Collection

    from matcher.digest.edition import Edition, Fitting
    from matcher.model.answers import RunRecord
    from matcher.model.call import Call
    from matcher.model.subscription import Subscriber

COLUMNS = 12
JOINT = 10
UNSEEN = 10

_OUTCOMES = {
    Language.EN: {
        "ok": "done",
        "partial": "done, with problems",
        "failed": "failed",
        "interrupted": "interrupted",
        "running": "still running",
    },
    Language.FR: {
        "ok": "réussi",
        "partial": "réussi, avec des problèmes",
        "failed": "échoué",
        "interrupted": "interrompu",
        "running": "en cours",
    },
}
_Partners = list[tuple[str, "Fitting"]]


def compose_network(subscriber: Subscriber, edition: Edition, everything: Collection[str]) -> Digest:
    """The digest of a network subscriber: the items of all institutes, and the network's view.

    Args:
        subscriber: one whose institutes are, or hold, the whole network.
        edition: the day as this subscriber sees it.
        everything: identifiers of all calls that any subscriber was told of.

    """
    least = subscriber.min_fit or GOOD_FIT
    partners = _partners(edition, least)
    joint = sorted((name for name in partners if len(partners[name]) > 1), key=lambda n: _strength(partners[n], n))
    best = sorted(partners, key=lambda n: _strength(partners[n], n))
    unseen = sorted(partners.keys() - set(everything), key=lambda n: (-_fits(partners[n])[0], n))
    columns = [partners[name][0][1].call for name in best[:COLUMNS]]
    matched = {key for pairs in partners.values() for key, _ in pairs}
    view = NetworkView(
        calls=tuple(columns),
        matrix=_matrix(edition, partners, columns),
        joint=tuple(_line(edition, partners[name]) for name in joint[:JOINT]),
        unseen=tuple(_line(edition, partners[name]) for name in unseen[:UNSEEN]),
        without=tuple(edition.names.get(key, key) for key in edition.network if key not in matched),
        runs=tuple(_sentence(run, subscriber.language) for run in edition.runs),
    )
    return replace(compose(subscriber, edition), network=view)


def _partners(edition: Edition, least: int) -> dict[str, _Partners]:
    """The institutes that each live call suits."""
    found: dict[str, _Partners] = {}
    for key in edition.network:
        for fitting in edition.fits[key]:
            if fitting.fit >= least and fitting.call.is_live(edition.day):
                found.setdefault(fitting.call.identifier, []).append((key, fitting))
    return found


def _fits(partners: _Partners) -> list[int]:
    return sorted((fitting.fit for _, fitting in partners), reverse=True)


def _strength(partners: _Partners, name: str) -> tuple[int, int, int, str]:
    """A joint bid is as good as its second partner; then the best one, then how many there are."""
    fits = _fits(partners)
    return (-fits[1] if len(fits) > 1 else 0, -fits[0], -len(fits), name)


def _matrix(
    edition: Edition, partners: dict[str, _Partners], columns: list[Call]
) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    """A row for each institute that suits one of the calls."""
    cells = {(key, name): fitting.fit for name, pairs in partners.items() for key, fitting in pairs}
    rows = ((key, tuple(cells.get((key, call.identifier)) for call in columns)) for key in edition.network)
    return tuple((edition.names.get(key, key), fits) for key, fits in rows if any(f is not None for f in fits))


def _line(edition: Edition, partners: _Partners) -> Item:
    call, day = partners[0][1].call, edition.day
    coming = call.next_deadline(day)
    return Item(
        call,
        Part.FORTHCOMING if call.status_on(day) is Status.FORTHCOMING else Part.NEW,
        suitors_of(partners, edition),
        deadline=coming,
        days_left=(coming.date - day).days if coming else None,
    )


def _sentence(run: RunRecord, language: Language) -> str:
    outcome = _OUTCOMES[language].get(run.outcome, run.outcome)
    started = run.started.astimezone(BRUSSELS)
    problems = run.detail.get("problems")
    first = f" : {problems[0]}" if isinstance(problems, list) and problems else ""
    first = first if language is Language.FR else first.replace(" : ", ": ", 1)
    return f"{started:%Y-%m-%d %H:%M}, {run.kind}, {outcome}{first}"
