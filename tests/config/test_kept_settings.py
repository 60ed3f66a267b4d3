"""Settings that were found right are not checked again, until a file, a variable or a rule changes."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from matcher.config import kept_settings
from matcher.config.settings import load_settings
from matcher.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.config.settings import Settings

TOML = '[ranking]\ntop = 7\n[schedule]\ndays = ["monday"]\n[portal]\nrate = 2\n'


class Set:
    """A home folder with a configuration beside it."""

    def __init__(self, folder: Path) -> None:
        self.home, self.config = folder / "home", folder / "config"
        self.home.mkdir()
        (self.home / "matcher.db").touch()  # the home is in use
        self.config.mkdir()
        self.write(TOML)

    @property
    def copy(self) -> Path:
        return self.home / "settings.json"

    def write(self, toml: str) -> None:
        (self.config / "matcher.toml").write_text(toml, encoding="utf-8")

    def load(self, **environment: str) -> Settings:
        return load_settings(home=self.home, config_dir=self.config, environ=environment)


@pytest.fixture
def there(tmp_path: Path) -> Set:
    return Set(tmp_path)


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch):
    """From its call on nothing can be checked."""
    return lambda: monkeypatch.setitem(sys.modules, "matcher.config.setting_checks", None)


def test_what_was_checked_is_the_same_without_being_checked(there, unchecked):
    first = there.load(MATCHER_PORTAL_RATE="3")
    unchecked()
    again = there.load(MATCHER_PORTAL_RATE="3")
    assert again == first
    assert again.shown() == first.shown()
    assert (again.ranking.top, again.schedule.days, again.portal.rate) == (7, ("monday",), 3.0)
    assert again.origins["portal.rate"] == "MATCHER_PORTAL_RATE"
    assert again.origins["ranking.top"] == str(there.config / "matcher.toml")
    assert there.copy.stat().st_mode & 0o077 == 0


def test_a_file_or_variable_that_changed_is_checked(there):
    there.load()
    with pytest.raises(ConfigError, match=r"MATCHER_PORTAL_RATE: portal\.rate: found 'fast'"):
        there.load(MATCHER_PORTAL_RATE="fast")
    there.write(TOML.replace("7", "0"))
    for _ in range(2):  # a mistake is not kept
        with pytest.raises(ConfigError, match=r"ranking\.top: found 0, expected at least 1"):
            there.load()
    there.write(TOML)
    assert there.load().ranking.top == 7


def test_rules_that_changed_check_again(there, unchecked, monkeypatch):
    there.load()
    monkeypatch.setattr(kept_settings, "_RULES", kept_settings._RULES[1:])
    unchecked()
    with pytest.raises(ImportError):
        there.load()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"mark": 1}', "\x00"])
def test_a_damaged_copy_is_none(there, text):
    there.load()
    there.copy.write_text(text)
    assert there.load().ranking.top == 7
    assert '"top": 7' in there.copy.read_text()


def test_a_setting_with_a_secret_is_not_copied(there):
    url = "postgresql://me:zebra77@db/calls"
    assert there.load(MATCHER_DATABASE_URL=url).database.url == url
    assert not there.copy.exists()
    there.write(f"{TOML}[database]\nurl = '{url}'\n")
    assert there.load().database.url == url
    assert not there.copy.exists()


def test_no_home_folder_is_made_and_none_that_takes_nothing_is_in_the_way(there, monkeypatch):
    shutil.rmtree(there.home)
    assert there.load().ranking.top == 7
    assert not there.home.exists()
    there.home.mkdir()
    (there.home / "matcher.db").touch()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_settings, "write_file", full)
    assert there.load().ranking.top == 7


def test_an_empty_folder_stays_empty(tmp_path):
    """Who only looks into a folder leaves nothing there."""
    there = Set(tmp_path)
    (there.home / "matcher.db").unlink()
    there.load()
    assert not list(there.home.iterdir())
