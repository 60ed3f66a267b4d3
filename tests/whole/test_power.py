"""Power cuts: what was told as kept is there, the rest is made anew, and no mail is lost or doubled by them."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

from matcher.app.kept_index import current_index
from matcher.store.database import Store
from tests.helpers.crash.days import SECOND, Home, look_at
from tests.helpers.crash.forks import Forks, Life
from tests.helpers.crash.kills import RUN_ENDED
from tests.helpers.crash.power import Disk, PowerCuts
from tests.helpers.forms import either, has_a_long_form

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.crash.days import World

POINTS = either(short={"strict": 4, "mixed": 2}, long={"strict": 9, "mixed": 9})


@pytest.fixture
def disk(library: Path | None, tmp_path: Path) -> Disk:
    if library is None:
        pytest.skip("no C compiler: what is synced cannot be watched (Debian: apt-get install gcc)")
    return Disk(library, tmp_path / "synced")


@pytest.fixture
def before(after_first_day: Callable[..., Home]) -> Home:
    return after_first_day()


def test_the_watch_sees_what_is_lost(before: Home, forks: Forks, disk: Disk) -> None:
    disk.remember_all(before.folder)
    (before.folder / "new").write_text("never synced")
    index = before.folder / "index" / "generation"
    synced = index.read_bytes()
    index.write_text("never synced either")
    disk.cut(before.folder, None)
    assert not (before.folder / "new").exists()
    assert index.read_bytes() == synced


@has_a_long_form
@pytest.mark.parametrize("kind", ["strict", "mixed"])
def test_a_day_cut_at_any_stage(before: Home, here: World, forks: Forks, disk: Disk, kind: str) -> None:
    cuts = PowerCuts("sqlite", before, forks, here, seed=5)
    cuts.disk, cuts.mixed = disk, kind == "mixed"
    cuts.kill(POINTS[kind])
    assert [sentence for account in cuts.accounts.values() for sentence in account.wrong] == []


def test_a_question_after_a_cut_is_not_answered_from_the_index_of_before(
    before: Home, forks: Forks, disk: Disk
) -> None:
    with Store.open(before.url, read_only=True) as store:
        earlier = store.revision
    disk.remember_all(before.folder)
    assert forks.live(replace(before.life(SECOND, 1, synced=str(disk.kept)), stage="index")).killed
    disk.cut(before.folder, None)
    with Store.open(before.url, read_only=True) as store:
        assert store.revision > earlier
        assert current_index(before.app).meta["revision"] == store.revision


def test_mails_as_files_that_were_marked_are_there(before: Home, forks: Forks, disk: Disk) -> None:
    environment = before.environment | {"MATCHER_SMTP_URL": ""}
    disk.remember_all(before.folder)
    life = before.life(SECOND, synced=str(disk.kept))
    assert forks.live(Life(life.arguments, environment, life.home, synced=life.synced)).code in RUN_ENDED
    disk.cut(before.folder, None)
    seen = look_at(before, SECOND)
    files = [message_from_bytes(path.read_bytes()) for path in before.folder.rglob("*.eml")]
    there = {str(message["Message-ID"]) for message in files}
    with Store.open(before.url, read_only=True) as store:
        marked = {queued.mail.message_id for queued in store.outbox.listed(day=SECOND) if queued.sent_at is not None}
    assert len(marked) >= 4
    assert there == marked
    assert marked <= seen.mails.keys()


def test_a_backup_that_was_told_of_is_whole(before: Home, forks: Forks, disk: Disk) -> None:
    disk.remember_all(before.folder)
    file = before.folder / "kept.db"
    life = Life(["db", "backup", str(file)], before.environment, str(before.folder), synced=str(disk.kept))
    assert forks.live(life).code == 0
    disk.cut(before.folder, None)
    with Store.open(f"sqlite:///{file}") as store, Store.open(before.url) as original:
        assert store.maintenance.check() == []
        assert list(store.calls.all()) == list(original.calls.all())
