"""Flag > environment > file > default, each told with its origin; every mistake at once."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from matcher.config.profile_keys import ProfileKeys
from matcher.config.setting_checks import checked, model_of
from matcher.config.setting_sections import SECTIONS, RankingSettings, SettingsFile, settings_file
from matcher.config.settings import load_settings, packaged_config, read_settings
from matcher.config.subscribers import _Subscriber
from matcher.errors import ConfigError, shorten
from matcher.text.masking import masked as said

if TYPE_CHECKING:
    from pathlib import Path


def settings_of(tmp_path: Path, toml: str | bytes | None = None, **environment: str):
    folder = tmp_path / "config"
    folder.mkdir(exist_ok=True)
    if toml is not None:
        (folder / "matcher.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    return load_settings(config_dir=folder, environ={"MATCHER_HOME": str(tmp_path / "home"), **environment})


def mistakes_of(tmp_path: Path, toml: str | bytes, **environment: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings_of(tmp_path, toml, **environment)
    assert caught.value.exit_code == 2
    return caught.value.mistakes


def test_precedence_and_origins(tmp_path):
    file = "[portal]\nrate = 2\n[ranking]\ntop = 7\n"
    settings = settings_of(tmp_path, file, MATCHER_PORTAL_RATE="0.5")
    shown = {key: (value, origin) for key, value, origin in settings.shown()}
    toml = str(tmp_path / "config" / "matcher.toml")
    assert shown["portal.rate"] == ("0.5", "MATCHER_PORTAL_RATE")
    assert shown["ranking.top"] == ("7", toml)
    assert shown["ranking.min_fit"] == ("0", "default")
    assert shown["home"] == (str(tmp_path / "home"), "MATCHER_HOME")
    assert shown["config"] == (str(tmp_path / "config"), "--config")
    assert shown["database.url"] == (f"sqlite:///{tmp_path / 'home' / 'matcher.db'}", "default")


def test_a_flag_wins_over_the_environment(tmp_path):
    (tmp_path / "other").mkdir()
    environment = {"MATCHER_HOME": "/nowhere", "MATCHER_CONFIG": "/nowhere"}
    settings = load_settings(home=tmp_path / "h", config_dir=tmp_path / "other", environ=environment)
    assert (settings.home, settings.config_dir) == (tmp_path / "h", tmp_path / "other")
    assert settings.origins == {"home": "--home", "config": "--config"}


def test_an_empty_variable_is_none(tmp_path):
    assert settings_of(tmp_path, None, MATCHER_PORTAL_RATE="").portal.rate == 1.0


def test_the_configuration_beside_us_else_the_packaged_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={"HOME": "/tmp"}).config_dir == packaged_config()
    (tmp_path / "config" / "institutes").mkdir(parents=True)
    assert load_settings(environ={"HOME": "/tmp"}).config_dir == tmp_path / "config"


def test_every_mistake_at_once_with_file_key_found_and_expected(tmp_path):
    toml = """
[portal]
url = 5
rate = "fast"
attempts = 0
kinds = ["tender"]
programmes = "HORIZON"
timeout = inf
colour = "blue"
[ranking]
top = 1.5
[mial]
x = 1
"""
    lines = mistakes_of(tmp_path, toml)
    path = str(tmp_path / "config" / "matcher.toml")
    assert all(line.startswith(path + ": ") for line in lines)
    told = {line.removeprefix(path + ": ").split(":")[0]: line for line in lines}
    assert set(told) == {
        "portal.url", "portal.rate", "portal.attempts", "portal.kinds.1", "portal.programmes", "portal.timeout",
        "portal.colour", "ranking.top", "mial",
    }  # fmt: skip
    assert "found 5, expected text" in told["portal.url"]
    assert "found 'fast', expected a number" in told["portal.rate"]
    assert "found 'HORIZON', expected a list" in told["portal.programmes"]
    assert "is it misspelt?" in told["portal.colour"]


def test_thresholds_of_before_are_answered_by_what_they_mean_now(tmp_path):
    (digest,) = mistakes_of(tmp_path, "[digest]\nmin_fit = 97\n")
    assert "digest.min_fit: found 97, expected `threshold`: a fit is a chance in percent now" in digest
    (ranking,) = mistakes_of(tmp_path, "[ranking]\nmin_fit = 97\n")
    assert "ranking.min_fit: found 97, expected at most 50: a fit is a chance in percent now" in ranking
    assert all("shows about as many calls as 97 did" in told for told in (digest, ranking))
    shown = {key: value for key, value, _ in settings_of(tmp_path, "[digest]\nthreshold = 25\n").shown()}
    assert (shown["digest.threshold"], shown["ranking.min_fit"]) == ("25", "0")


def test_a_mistake_in_the_environment_names_the_variable(tmp_path):
    assert mistakes_of(tmp_path, "", MATCHER_PORTAL_RATE="0") == [
        "MATCHER_PORTAL_RATE: portal.rate: found '0', expected at least 0.0001"
    ]


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        (b"[portal\n", "not valid TOML"),
        (b"[portal]\nrate = 1\nrate = 2\n", "not valid TOML"),
        ("[portal]\nurl = 'é'".encode("latin-1"), "not valid TOML"),
        (b"portal = 5\n", "portal: found 5, expected keys with values"),
    ],
)
def test_a_file_that_is_no_configuration(tmp_path, toml, says):
    (line,) = mistakes_of(tmp_path, toml, MATCHER_PORTAL_RATE="2")
    assert says in line


def test_a_file_that_is_no_toml_hides_no_mistake_of_the_environment(tmp_path):
    lines = mistakes_of(tmp_path, "[portal\n", MATCHER_PORTAL_RATE="0", MATCHER_HOME=str(tmp_path / "config"))
    assert ["not valid TOML" in lines[0], *lines[1:]] == [
        True,
        "MATCHER_PORTAL_RATE: portal.rate: found '0', expected at least 0.0001",
    ]


def test_what_is_wrong_is_at_its_default_for_who_looks_further(tmp_path):
    (tmp_path / "matcher.toml").write_text("a = 1\nportal = 2\n[ranking]\ntop = 0\nmin_fit = 5\n[mial]\n")
    settings, mistakes = read_settings(config_dir=tmp_path, environ={"MATCHER_PORTAL_RATE": "2"})
    assert [line.partition(": ")[2].partition(": ")[0] for line in map(str, mistakes)] == [
        "portal",
        "ranking.top",
        "a",
        "mial",
    ]
    assert settings.ranking == RankingSettings(min_fit=5)
    assert settings.portal.rate == 2


@pytest.mark.parametrize("at", ["6:30", "24:00", "06:30\\n", "half past six"])
def test_a_time_of_day_is_asked_for_in_words(tmp_path, at):
    (line,) = mistakes_of(tmp_path, f'[schedule]\nat = "{at}"\n')
    assert line.endswith('expected a time of day, "HH:MM", such as "06:30"')


@pytest.mark.parametrize("model", [model_of(SettingsFile), ProfileKeys, _Subscriber])
def test_no_pattern_is_shown_to_a_person(model):
    assert '"pattern"' not in json.dumps(model.model_json_schema(mode="serialization"))


def test_a_home_that_is_a_file(tmp_path):
    file = tmp_path / "file"
    file.touch()
    for home in (file, file / "below"):
        assert mistakes_of(tmp_path, "", MATCHER_HOME=str(home)) == [
            f"MATCHER_HOME: home: found {shorten(str(home))}, expected a folder ({file} is none)"
        ]


def test_a_home_that_is_an_address(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where a folder with the password in its name would be made
    [mistake] = mistakes_of(tmp_path, "", MATCHER_HOME="postgresql://me:zebra77@db/x")
    assert mistake.startswith("MATCHER_HOME: home: found ")
    assert mistake.endswith("expected a folder, not an address (the database's belongs into MATCHER_DATABASE_URL)")
    assert "zebra77" not in mistake


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("MATCHER_SMPT_URL", "did you mean MATCHER_SMTP_URL?"),
        ("MATCHER_DB_URL", "did you mean MATCHER_DATABASE_URL?"),
        ("MATCHER_PORTAL_TIMEOUT", "write timeout in [portal] of matcher.toml"),
    ],
)
def test_a_variable_that_is_a_slip(tmp_path, name, hint):
    unread = settings_of(tmp_path, **{name: "1", "MATCHER_ELSEWHERE": "1", "OTHER": "1"}).unread
    assert [str(slip) for slip in unread.slips] == [f"{name!r} is set and means nothing here: {hint}"]
    assert unread.others == ("'MATCHER_ELSEWHERE'",)


@pytest.mark.parametrize("model", [*map(model_of, SECTIONS.values()), _Subscriber])
def test_no_number_is_without_end(model):
    """One of twenty digits would be told by a database or a clock, in words of their own."""
    for name, one in model.model_json_schema()["properties"].items():
        kinds = one.get("anyOf", [one])
        assert all(
            {"minimum", "maximum"} <= set(kind) for kind in kinds if kind.get("type") in {"integer", "number"}
        ), name


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    assert settings_of(tmp_path, "\ufeff[ranking]\ntop = 3\n").ranking.top == 3


def test_a_missing_folder():
    with pytest.raises(ConfigError, match=r"MATCHER_CONFIG: config: found '/no/such', expected a folder that is there"):
        load_settings(environ={"MATCHER_CONFIG": "/no/such"})


def test_a_secret_in_a_mistake_is_masked(tmp_path):
    (line,) = mistakes_of(tmp_path, "[database]\nurll = 'postgresql://me:hush@db/calls'\n")
    assert "hush" not in line


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql+psycopg://me:se/c:r@et@db/x", "postgresql+psycopg://me:***@db/x"),
        ("postgresql://db/x?user=me&password=hush&sslmode=require", "postgresql://db/x?user=me&password=***&sslmode=require"),
        ("postgresql://me@db:5432/x", "postgresql://me@db:5432/x"),
        ("sqlite:////home/me/matcher.db", "sqlite:////home/me/matcher.db"),
        ("http://[broken", "http://[broken"),
    ],
)  # fmt: skip
def test_passwords_never_show(text, masked):
    assert said(text) == masked


def test_the_shipped_file_shows_every_default():
    shipped = (packaged_config() / "matcher.toml").read_text(encoding="utf-8")
    uncommented = tomllib.loads(re.sub(r"^# (?=\w+ = )", "", shipped, flags=re.MULTILINE))
    assert list(uncommented) == ["user", *SECTIONS]
    for name, section in SECTIONS.items():
        assert set(uncommented[name]) == {field.name for field in fields(section)}
    assert settings_file(checked(uncommented)[0]) == SettingsFile()
    assert not any(tomllib.loads(shipped).values())


def test_the_portal_s_address_is_checked_with_its_origin(tmp_path):
    from matcher.app.home import Home

    settings = settings_of(tmp_path, None, MATCHER_PORTAL_URL="http://portal.example.org/rest")
    with pytest.raises(ConfigError, match=r"MATCHER_PORTAL_URL: portal\.url: found .* expected https"):
        Home(settings).portal()


def test_mail_settings_are_checked_and_no_password_is_shown(tmp_path):
    lines = mistakes_of(
        tmp_path, '[mail]\nsender = "nobody"\nunsubscribe_https = "http://x"\noperator = "a@b\\nBcc: c"\n'
    )
    assert [line.split(": ")[1] for line in lines] == ["mail.sender", "mail.operator", "mail.unsubscribe_https"]
    assert "expected an address such as name@example.org" in lines[0]
    environ = {"MATCHER_SMTP_URL": "smtps://me:secret@mail.example.org", "MATCHER_HOME": str(tmp_path / "home")}
    settings = load_settings(environ=environ)
    shown = {key: (value, origin) for key, value, origin in settings.shown()}
    assert shown["mail.smtp_url"] == ("smtps://me:***@mail.example.org", "MATCHER_SMTP_URL")
    assert settings.mail.list_domain == "matcher.localhost.localdomain"  # the list's own


@pytest.mark.parametrize("break_", ["\\n", "\\r", "\\u2028", "\\u0085", "\\u0000"])
def test_a_name_in_from_is_one_line(tmp_path, break_):
    [mistake] = mistakes_of(tmp_path, f'[mail]\nsender_name = "Carnot{break_}Bcc: x@example.net"\n')
    assert "mail.sender_name" in mistake
    assert "expected one line of text" in mistake


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[ranking]\ntop = " + "9" * 5_000, "not valid TOML"),
        ("a = " + "[" * 50_000, "within one another"),
        ("#" * 1_000_001, "more than 1,000,000 bytes"),
    ],
    ids=["digits", "nesting", "size"],
)
def test_a_file_that_would_end_its_reader(tmp_path, toml, says):
    (line,) = mistakes_of(tmp_path, toml)
    assert says in line
