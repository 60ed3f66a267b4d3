"""A profile whose folder cannot be written: edits stand in the database, above the file, for whoever asks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from matcher.app.home import Home
from matcher.app.profiles.profile_editing import EditConflict, editable, revert, save, undo
from matcher.app.standing_profiles import StandingWatch
from matcher.config.settings import load_settings
from matcher.disk import can_be_written
from matcher.errors import UsageError
from matcher.store.engines import Transactions
from tests.helpers.home import DAY, Place
from tests.helpers.postgres import end_others, wait_until_alone
from tests.helpers.web.local_site import LocalSite
from tests.web.test_profile_page import PAGE, fields, sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from matcher.model.profile_revision import Editable

LIST = f"/institutes/calym?as_of={DAY}&min_fit=0"
PHOTONS = "Silicon photonics for sensors"


@pytest.fixture
def place(on_either: Place, tmp_path: Path) -> Iterator[Place]:
    """With the configuration on a disk that is only read, which binds root too."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "matcher", disk], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        shutil.copytree(on_either.config, disk / "config")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        yield replace(on_either, config=disk / "config")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def opened(place: Place) -> Home:
    """As each command does it."""
    return Home(load_settings(environ=place.environment))


def edited(place: Place, term: str = "silicon photonics") -> Editable:
    home = opened(place)
    now = editable(home, "calym")
    save(home, "calym", replace(now.terms, en=(*now.terms.en, term)), mark=now.mark, by="ana")
    return now


def test_every_command_and_the_daily_job_see_the_edit_and_the_file_counts_again(run: Callable, place: Place) -> None:
    before = (place.config / "institutes" / "calym.yaml").read_bytes()
    asked = ("rank", "calym", "--as-of", DAY, "--min-fit", "0")
    assert PHOTONS not in run(place, *asked).out
    assert "its file, calym.yaml" in run(place, "profile", "calym").out
    edited(place)
    assert (place.config / "institutes" / "calym.yaml").read_bytes() == before
    assert PHOTONS in run(place, *asked).out
    shown = run(place, "profile", "calym").out
    assert "silicon photonics" in shown
    assert "by ana" in shown
    assert "--revert" in shown
    told = json.loads(run(place, "profile", "calym", "--json").out)
    assert told["read_from"] == "database"
    assert told["edited"]["by"] == "ana"
    assert "silicon photonics" in told["keywords_en"]
    mail = ("digest", "preview", "--institute", "cea-leti", "--as-of", DAY)
    assert PHOTONS in run(place, *mail).out
    home = opened(place)
    now = editable(home, "cea-leti")
    save(home, "cea-leti", replace(now.terms, exclude=("silicon photonics",)), mark=now.mark, by="ana")
    assert PHOTONS not in run(place, *mail).out
    back = run(place, "profile", "calym", "--revert")
    assert back.code == 0, back.err
    assert PHOTONS not in run(place, *asked).out
    assert json.loads(run(place, "profile", "calym", "--json").out)["read_from"] == "file"
    again = run(place, "profile", "calym", "--revert")
    assert again.code == 2
    assert "its file says already" in again.err


def test_a_command_tells_who_edited_what_and_when(run: Callable, place: Place) -> None:
    asked = ("profile", "CALYM", "--history")
    assert "Nothing of the profile of calym was edited" in run(place, *asked).out
    assert run(place, *asked, "--csv").out == "number,institute,at,by,summary\n"
    for number in range(30):
        edited(place, f"term {number}")
    told = json.loads(run(place, *asked, "--json").out)
    assert told["institute"] == "calym"
    assert [one["summary"] for one in told["history"]] == [f"+ term {number}" for number in reversed(range(30))]
    assert {(one["institute"], one["by"]) for one in told["history"]} == {("calym", "ana")}
    assert datetime.fromisoformat(told["history"][0]["at"]).tzinfo is not None
    assert "'+ term 29" in run(place, *asked, "--csv").out  # no formula
    assert "+ term 29" in run(place, *asked).out
    assert run(place, *asked, "--check").code == 2
    assert run(place, "profile", "nobody", "--history").code == 2


def test_it_is_edited_in_the_browser_with_history_undo_and_the_way_back(place: Place) -> None:
    with LocalSite(place) as site:
        assert PHOTONS not in site.get(LIST).text
        terms = fields(site.get(PAGE).text)
        page = sent(site, do="save", en=terms["en"] + "\nsilicon photonics").text
        assert "Saved" in page
        assert "above the file" in page
        assert "+ silicon photonics" in page
        assert _until(site, PHOTONS)
        assert "taken back" in sent(site, do="undo").text
        assert fields(site.get(PAGE).text)["en"] == terms["en"]
        assert "above the file" not in site.get(PAGE).text
        sent(site, do="save", en=terms["en"] + "\nrare earths")
        assert "The file counts again" in sent(site, do="revert").text
        assert fields(site.get(PAGE).text)["en"] == terms["en"]


def _until(site: LocalSite, text: str) -> bool:
    """A list says it once its index is made anew."""
    import time

    until = time.monotonic() + 60
    while text not in site.get(LIST).text:
        assert time.monotonic() < until
        time.sleep(0.1)
    return True


def test_pages_see_what_a_command_or_another_machine_edited(place: Place) -> None:
    with LocalSite(place) as site:
        assert "rare earths" not in site.get(PAGE).text
        edited(place, "rare earths")
        assert "rare earths" in fields(site.get(PAGE).text)["en"]
        revert(opened(place), "calym", by="ana")
        assert "rare earths" not in fields(site.get(PAGE).text)["en"]


def test_of_two_who_edit_at_once_the_second_is_told(place: Place) -> None:
    first = edited(place)
    home = opened(place)
    with pytest.raises(EditConflict) as told:
        save(home, "calym", replace(first.terms, en=(*first.terms.en, "late")), mark=first.mark, by="bob")
    assert "silicon photonics" in told.value.theirs.terms.en
    with pytest.raises(EditConflict):
        undo(home, "calym", mark=first.mark, by="bob")


def test_an_edit_stands_where_the_folder_can_be_written_and_is_edited_there(on_either: Place, place: Place) -> None:
    """Another machine, whose folder can be written, has the same profile."""
    if not place.database:
        pytest.skip("a database that several machines share")
    edited(place)
    other = opened(on_either)
    assert can_be_written(on_either.config / "institutes")
    assert "silicon photonics" in other.institute("calym").keywords_en
    file = (on_either.config / "institutes" / "calym.yaml").read_bytes()
    edited(on_either, "rare earths")
    assert (on_either.config / "institutes" / "calym.yaml").read_bytes() == file
    assert {"silicon photonics", "rare earths"} <= set(opened(place).institute("calym").keywords_en)


def test_where_nothing_stands_above_no_database_is_opened(on_either: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    if on_either.database:
        pytest.skip("a database elsewhere is asked")
    home = opened(on_either)
    monkeypatch.setattr(home, "open_store", None)
    assert home.standing_profiles == {}
    with pytest.raises(UsageError, match="its file says already"):
        revert(opened(on_either), "calym", by=None)


def test_a_database_elsewhere_is_asked_over_one_connection(on_either: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every visit of a page; also after the connection was lost."""
    if not on_either.database:
        pytest.skip("a file of the home folder says it")
    opens, really = [], Transactions.open.__func__
    monkeypatch.setattr(Transactions, "open", classmethod(lambda *a, **k: opens.append(1) or really(*a, **k)))
    watch, home = StandingWatch(), opened(on_either)
    first = watch.mark(home)
    assert [watch.mark(home) for _ in range(3)] == [first] * 3
    assert len(opens) == 1
    edited(on_either)
    assert watch.mark(home) not in {first, None}
    later, known = len(opens), watch.mark(home)
    end_others(on_either.database)
    assert watch.mark(home) == known
    assert len(opens) == later
    watch.close()
    wait_until_alone(on_either.database)


def test_a_backup_that_is_put_back_elsewhere_brings_what_stands(place: Place, tmp_path: Path) -> None:
    if place.database:
        pytest.skip("kept in the home folder")
    from matcher.app.kept_index import index_out_of_date

    edited(place)
    shutil.copytree(place.home, tmp_path / "other", ignore=shutil.ignore_patterns("profiles.standing"))
    other = replace(place, home=tmp_path / "other")
    home = opened(other)
    with home.open_store() as store, index_out_of_date(home, store):
        pass
    assert "silicon photonics" in opened(other).institute("calym").keywords_en
