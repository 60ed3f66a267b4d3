"""The index in use: opened, found stale, built anew when calls or profiles changed.

Each home has an index of its own. Whoever writes to the database in this home keeps it up to date, or leaves a mark; a
database elsewhere is asked for its revision.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING

from matcher.app.decision_copy import renew_if_old
from matcher.app.home import NOTHING_FETCHED
from matcher.app.standing_profiles import mark_if_any
from matcher.disk import can_be_written, put_mark, writing_to
from matcher.errors import IndexMissing, StoreError, StoreMissing
from matcher.model.call import Source
from matcher.model.day import brussels_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from matcher.app.home import Home
    from matcher.ranking.build import Known
    from matcher.ranking.index import Index
    from matcher.ranking.meanings import Encoding
    from matcher.store.database import Store


def current_index(home: Home) -> Index:
    """The index in use, built anew when profiles or calls changed since; pages are given the former one meanwhile.

    Raises:
        IndexMissing: when nothing was fetched yet.
        IndexRenewing: for pages, while there is no former one.

    """
    index = opened_index(home)
    ours = not home.settings.database.url and not _stale_marks(home)
    if index is not None and ours and _is_as_configured(home, index):
        return index
    if home.renewal is not None:
        return home.renewal.index(home, index)
    try:
        with home.open_store(read_only=True) as store:
            return refresh_index(home, store, keep=can_be_written(home.settings.home))
    except StoreMissing as error:
        if index is not None:
            raise
        raise IndexMissing(NOTHING_FETCHED) from error


def opened_index(home: Home) -> Index | None:
    """The index as it was saved, current or not; None where there is none."""
    from matcher.ranking.index import open_index

    try:
        return open_index(_folder(home))
    except IndexMissing:
        return None


def is_current(home: Home, index: Index, store: Store) -> bool:
    """Whether the index was built of the calls and projects that the store holds, and as it is configured now."""
    built_of = (index.meta["revision"], index.meta.get("projects_revision"))
    return built_of == _revisions(store) and _is_as_configured(home, index)


def refresh_index(home: Home, store: Store, *, keep: bool = True) -> Index:
    """Build the index anew when calls or profiles changed, and `keep` it; raises IndexMissing when there is no call."""
    index = opened_index(home)
    if index is not None and is_current(home, index, store):
        return index
    revision, projects_revision = _revisions(store)
    label = _sample_label(store)
    # A writer that was killed can leave sample calls beside real ones; without their label they don't show.
    parts = home.parts
    calls = [parts.placed(call) for call in store.calls.all() if label["sample"] or call.source is not Source.SAMPLE]
    if not calls:
        raise IndexMissing(NOTHING_FETCHED)
    from matcher.app.own_projects import profiles_with_projects
    from matcher.ranking.build import build
    from matcher.ranking.index import LAYOUT
    from matcher.ranking.texts.generation import write_generation

    facts = {
        "revision": revision,
        "projects_revision": projects_revision,
        "institutes": home.fingerprint,
        "part_table": parts.to_json(),
        **label,
    }
    profiles = profiles_with_projects(store.projects, home.institutes)
    built = build(
        calls,
        profiles,
        now=home.clock(),
        meta=facts,
        previous=index,
        known=_known(home, store, label, projects_revision),
    )
    if keep:
        with writing_to(_folder(home)):
            write_generation(_folder(home), LAYOUT, built.generation)
    return built


def _known(home: Home, store: Store, label: Mapping[str, str | None], projects_revision: int) -> Known:
    """What an index learns from beside the calls: the store's projects, and the day that it is of."""
    from matcher.ranking.build import Known

    own_day = label["sample_day"]
    return Known(
        projects=store.projects.all,
        mark=f"projects {projects_revision}",
        day=date.fromisoformat(own_day) if own_day else brussels_day(home.clock()),
        count=store.projects.counts().projects,
        encoding=encoding(home),
    )


@contextmanager
def index_out_of_date(home: Home, store: Store) -> Iterator[None]:
    """Mark the index as out of date around a write, so that the next question notices a writer that was killed.

    Only a writer takes marks away: its own, and those that stood before it began. A reader that did so could take the
    mark of a writer that is about to save.
    """
    encoding(home)  # what is wrong with it is told before there is anything to undo
    left = _stale_marks(home)
    before = _revisions(store)
    mark = home.settings.home / f"index.stale.{os.urandom(4).hex()}"
    put_mark(mark)
    try:
        yield
    except BaseException:
        with suppress(StoreError):
            if _revisions(store) == before:
                mark.unlink(missing_ok=True)
        raise
    renew_if_old(home, store)
    mark_if_any(home, store)
    for done in (*left, mark):
        done.unlink(missing_ok=True)


def encoding(home: Home) -> Encoding | None:
    """How the index gets the vectors of a sentence encoder; None without one. Raises ConfigError."""
    if not home.settings.ranking.encoder:
        return None
    from matcher.ranking.meanings import index_encoding

    return index_encoding(home.settings)


def _revisions(store: Store) -> tuple[int, int]:
    """How often calls, and projects, were changed: what an index was built of."""
    return store.revision, store.projects.revision


def _folder(home: Home) -> Path:
    return home.settings.home / "index"


def _stale_marks(home: Home) -> list[Path]:
    """One for each writer that began and was not seen to end: the store may be ahead of the index."""
    return list(home.settings.home.glob("index.stale.*"))


def _is_as_configured(home: Home, index: Index) -> bool:
    """Built of these institutes and with this encoder."""
    encoder = index.meta.get("encoder", {}).get("setting", "")
    return bool(index.meta["institutes"] == home.fingerprint and encoder == home.settings.ranking.encoder)


def _sample_label(store: Store) -> dict[str, str | None]:
    """The note and the day of the packaged sample where a store holds nothing else, else None for both."""
    if set(store.calls.counts()) != {Source.SAMPLE}:
        return {"sample": None, "sample_day": None}
    from matcher.app.sample import load_sample

    loaded = load_sample()
    return {"sample": loaded.note, "sample_day": loaded.as_of.isoformat()}
