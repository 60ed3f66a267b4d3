"""What is remembered of each source of projects: when it was last taken over, and how much it held."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from matcher.errors import StoreMissing
from matcher.model.project import ProjectHealth, ProjectSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from matcher.app.home import Home
    from matcher.store.database import Store

_KEPT = "projects.source "


def name_of(source: str) -> str:
    """A source by the name of its file: where it is read from may change."""
    return source.rstrip("/").rpartition("/")[2].partition("?")[0] or source


def remembered(store: Store, name: str) -> Mapping[str, Any]:
    """What was remembered of a source; empty of one that was never taken over."""
    found: dict[str, Any] = json.loads(store.facts.get(_KEPT + name) or "{}")
    return found


def remember(store: Store, name: str, facts: Mapping[str, Any]) -> None:
    """Keep what the next look at a source wants to know."""
    store.facts.set(_KEPT + name, json.dumps(facts))


def missing_sources(home: Home, store: Store) -> tuple[str, ...]:
    """The sources of the settings of which nothing was ever taken over."""
    return tuple(one for one in home.settings.projects.sources if not remembered(store, name_of(one)))


def project_health(home: Home) -> ProjectHealth | None:
    """How much is kept of projects and how old it is; None where there is none."""
    try:
        with home.open_store(read_only=True) as store:
            return health_of(store)
    except StoreMissing:
        return None


def health_of(store: Store) -> ProjectHealth | None:
    """The same of a store that is open."""
    counts = store.projects.counts()
    if not counts.projects:
        return None
    kept = {name: json.loads(value) for name, value in store.facts.named(_KEPT).items()}
    sources = tuple(
        ProjectSource(name, one["day"], one["projects"], one["participations"]) for name, one in sorted(kept.items())
    )
    return ProjectHealth(counts.projects, counts.participations, counts.organisations, _last_read(store), sources)


def _last_read(store: Store) -> datetime | None:
    """When sources were last asked and at least one of them answered."""
    runs = store.runs.last(100, kind="projects")
    return next((run.finished for run in runs if run.outcome in {"ok", "partial"}), None)
