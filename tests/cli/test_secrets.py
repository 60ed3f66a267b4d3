"""A marked secret in every setting, in every spelling that people write: no output, log, mail or traceback has it."""

from __future__ import annotations

import logging
from email import message_from_bytes, policy
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import matcher
from matcher.app.home import Home
from matcher.app.mails.mailing import Mailing
from matcher.config.environment import ENVIRONMENT, ENVIRONMENT_ONLY
from matcher.config.setting_checks import model_of
from matcher.config.setting_sections import SECTIONS
from matcher.config.settings import load_settings
from matcher.errors import MatcherError
from matcher.text.masking import Secrets, learn, masked
from tests.helpers.forms import LONG, has_a_long_form
from tests.helpers.home import DAY, PHOTONIC

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tests.helpers.home import Place, Run

HEAD, TAIL = "kQ7zHead9x", "Nv4tTail8w"
BOTH = HEAD + "%" + TAIL
"""A secret that has to be written otherwise in an address; neither half may be said."""

SPELLED = {
    "before the host": f"postgresql+psycopg://me:{HEAD}@127.0.0.1:9/x",
    "of a mail server": f"smtps://me:{HEAD}@127.0.0.1:9",
    "of a page": f"https://me:{HEAD}@127.0.0.1:9/rest",
    "a token without a name": f"https://{HEAD}@127.0.0.1:9/rest",
    "encoded": f"postgresql+psycopg://me:{quote(BOTH, safe='')}@127.0.0.1:9/x",
    "a raw at": f"postgresql+psycopg://me:{HEAD}@{TAIL}@127.0.0.1:9/x",
    "a raw slash": f"postgresql+psycopg://me:{HEAD}/{TAIL}@127.0.0.1:9/x",
    "a raw slash after a number": f"postgresql+psycopg://me:12/{TAIL}@127.0.0.1:9/x",
    "a raw question mark": f"postgresql+psycopg://me:{HEAD}?{TAIL}@127.0.0.1:9/x",
    "a raw hash": f"postgresql+psycopg://me:{HEAD}#{TAIL}@127.0.0.1:9/x",
    "a raw colon": f"postgresql+psycopg://me:{HEAD}:{TAIL}@127.0.0.1:9/x",
    "in the user part": f"postgresql+psycopg://me%3A{HEAD}@127.0.0.1:9/x",
    "one slash": f"postgresql+psycopg:/me:{HEAD}@127.0.0.1:9/x",
    "no slash": f"smtps:me:{HEAD}@127.0.0.1:9",
    "no scheme": f"me:{HEAD}@127.0.0.1:9/x",
    "libpq's parameter": f"postgresql+psycopg://me@127.0.0.1:9/x?password={HEAD}",
    "a raw ampersand there": f"postgresql+psycopg://me@127.0.0.1:9/x?password={HEAD}&{TAIL}",
    "libpq's key": f"postgresql+psycopg://me@127.0.0.1:9/x?sslpassword={HEAD}&sslmode=require",
    "libpq's options": f"postgresql+psycopg://me@127.0.0.1:9/x?options=-c%20password%3D{HEAD}",
    "any parameter": f"https://127.0.0.1:9/rest?key={HEAD}",
    "libpq's string": f"host=127.0.0.1 port=9 user=me password='{HEAD} {TAIL}'",
    "a broken host": f"postgresql+psycopg://me:{HEAD}@[::1/x",
}
TEXTS = sorted(
    f"{section}.{name}"
    for section, kind in SECTIONS.items()
    for name, one in model_of(kind).model_fields.items()
    if "str" in str(one.annotation)
)
ADDRESSES = ("database.url", "portal.url", "mail.smtp_url")
COMMANDS = (
    ["config", "show"],
    ["config", "show", "--json"],
    ["config", "show", "--csv"],
    ["doctor"],
    ["--debug", "status"],
    ["db", "check"],
    ["subscribers"],
)


def toml(key: str, value: str) -> str:
    """A configuration that reaches nobody, with this value at a key."""
    import json

    sections = {
        "portal": {"url": "http://127.0.0.1:9/rest", "data_url": "http://127.0.0.1:9/data", "attempts": 1},
        "projects": {"sources": []},
    }
    section, name = key.split(".")
    many = key in {"projects.sources", "portal.programmes", "portal.kinds", "schedule.days"}
    sections.setdefault(section, {})[name] = [value] if many else value  # type: ignore[assignment]
    return "".join(
        f"[{section}]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in keys.items())
        for section, keys in sections.items()
    )


def said_by(run: Run, place: Place, *command: str, **environment: str) -> str:
    answer = run(place, *command, **({"MATCHER_PORTAL_URL": "", "MATCHER_PORTAL_DATA_URL": ""} | environment))
    return answer.out + answer.err


def _repr(place: Place) -> str:
    try:
        return repr(load_settings(config_dir=place.config, environ={}))
    except MatcherError as error:
        return repr(error)


def halves(text: str) -> list[str]:
    return [half for half in (HEAD, TAIL) if half in text]


@pytest.fixture
def quiet_logs() -> Iterator[None]:
    """`--debug` sets up logs for the whole process."""
    root, ours = logging.getLogger(), logging.getLogger("matcher")
    before, levels = root.handlers[:], (root.level, ours.level)
    yield
    root.handlers[:] = before
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def in_turn(names: Iterable[str], spelled: str, always: Collection[str]) -> list[str]:
    """Where a secret is put: in the short form in a fifth of the names, by turns of the spellings, always in some."""
    number = list(SPELLED.values()).index(spelled)
    return [name for place, name in enumerate(names) if LONG or name in always or place % 5 == number % 5]


@has_a_long_form
@pytest.mark.parametrize("spelled", SPELLED.values(), ids=SPELLED)
def test_no_setting_of_the_file_is_told_with_its_secret(run, place, quiet_logs, spelled) -> None:
    for key in in_turn(TEXTS, spelled, ADDRESSES):
        if key == "mail.unsubscribe_https" and "?key=" in spelled:
            continue  # it stands in every mail
        (place.config / "matcher.toml").write_text(toml(key, spelled), encoding="utf-8")
        commands = COMMANDS if key in ADDRESSES else COMMANDS[:2]
        for command in commands:
            assert halves(said_by(run, place, *command)) == [], (key, command)
        assert halves(_repr(place)) == [], key


@has_a_long_form
@pytest.mark.parametrize("spelled", SPELLED.values(), ids=SPELLED)
def test_no_variable_is_told_with_its_secret(run, place, spelled) -> None:
    variables = sorted({*ENVIRONMENT, *ENVIRONMENT_ONLY, "MATCHER_SMPT_URL", "MATCHER_DB"} - {"MATCHER_HOME"})
    for variable in in_turn(variables, spelled, ("MATCHER_DATABASE_URL", "MATCHER_SMTP_URL")):
        given = {"MATCHER_PORTAL_URL": "http://127.0.0.1:9/rest", variable: spelled}
        for command in (["config", "show"], ["doctor"], ["subscribers"]):
            assert halves(said_by(run, place, *command, **given)) == [], (variable, command)


def test_a_key_that_is_none_is_not_told_with_its_secret(run, place) -> None:
    for line in (f'[mail]\nsmtp_password = "{HEAD}"\n', f'[mail.server]\npassword = "{HEAD}"\n', f'pwd = "{HEAD}"\n'):
        (place.config / "matcher.toml").write_text(line, encoding="utf-8")
        assert halves(said_by(run, place, "config", "show")) == []


def test_the_password_itself_in_place_of_its_file(run, place) -> None:
    told = said_by(run, place, "doctor", MATCHER_SMTP_URL="smtps://me@127.0.0.1:9", MATCHER_SMTP_PASSWORD_FILE=HEAD)
    assert "MATCHER_SMTP_PASSWORD_FILE" in told
    assert halves(told) == []


@pytest.mark.parametrize("name", ["before the host", "libpq's parameter", "libpq's key", "encoded", "a raw slash"])
def test_a_database_that_is_down_is_mailed_to_the_operator_without_its_password(run, place, quiet_logs, name) -> None:
    (place.config / "matcher.toml").write_text(
        toml("database.url", SPELLED[name]) + '[mail]\noperator = "op@example.org"\n', encoding="utf-8"
    )
    for command in (["--debug", "run"], ["run"], ["digest", "send"], ["db", "backup", "b.db"], ["maintain"]):
        assert halves(said_by(run, place, *command)) == [], command
    written = {path: path.read_bytes() for path in place.home.rglob("*") if path.is_file()}
    assert any(path.suffix == ".eml" for path in written)
    for path, data in written.items():
        text = data.decode(errors="replace")
        if path.suffix == ".eml":
            text += str(message_from_bytes(data, policy=policy.default).get_body(("plain",)))
        assert halves(text) == [], path


def test_addresses_on_the_command_line(run, place, fetched) -> None:
    url = SPELLED["libpq's parameter"]
    for command in (
        ["db", "copy", url, "sqlite:////tmp/none/x.db"],
        ["db", "copy", f"sqlite:///{fetched.home / 'matcher.db'}", url],
        ["fetch", "--bulk", SPELLED["of a page"]],
        ["fetch", "--projects", SPELLED["any parameter"]],
        ["--config", SPELLED["of a page"], "status"],
        ["rank", SPELLED["one slash"]],
    ):
        assert halves(said_by(run, place, *command)) == [], command


OF_DECISIONS_AND_PROJECTS = (
    ["keep", "cea-leti", PHOTONIC], ["note", "cea-leti", PHOTONIC, "--text", "x"], ["decisions"], ["programmes"],
    ["decisions", "cea-leti", "--summary"], ["projects", "cea-leti"], ["projects", "laser"], ["bids"],
    ["partners", PHOTONIC, "--for", "cea-leti"], ["profile", "cea-leti", "--suggest"], ["rank", "cea-leti"],
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["before the host", "libpq's parameter", "a raw at"])
def test_a_database_that_is_down_is_told_without_its_password(run, place, quiet_logs, name, language) -> None:
    (place.config / "matcher.toml").write_text(toml("database.url", SPELLED[name]), encoding="utf-8")
    for command in OF_DECISIONS_AND_PROJECTS:
        assert halves(said_by(run, place, "--lang", language, *command)) == [], command


def test_values_side_by_side_are_no_address_with_a_password(run, fetched) -> None:
    for text in ("see http://example.org", "see http://example.org:8080"):
        assert run(fetched, "note", "cea-leti", PHOTONIC, "--text", text, "--as", "anne@example.org").code == 0
    for extra in ([], ["--delimiter", ";"]):
        rows = run(fetched, "decisions", "cea-leti", "--csv", *extra).out
        assert rows.count("anne@example.org") == 2
        assert "***" not in rows


def test_what_fails_in_a_way_that_nobody_foresaw(run, fetched, monkeypatch, quiet_logs) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"connecting with {BOTH!r}")

    monkeypatch.setattr("matcher.app.operation.health.status", broken)
    password = {"MATCHER_SMTP_PASSWORD": BOTH}
    for command in (["status"], ["--debug", "status"]):
        told = run(fetched, *command, **password)
        assert halves(told.out + told.err) == []
        assert "RuntimeError" in told.err


def test_errors_in_python_and_notices(place) -> None:
    home = Home(load_settings(environ={**place.environment, "MATCHER_SMTP_PASSWORD": HEAD}))
    assert HEAD not in str(MatcherError(f"the server answered {HEAD}"))
    home.settings.mail.__dict__["operator"] = "op@example.org"
    Mailing(home).tell("all failed", ValueError(f"with {HEAD}"))
    (mail,) = place.home.rglob("*.eml")
    assert b"with ***" in mail.read_bytes()


def test_a_session_says_nothing_secret(place) -> None:
    (place.config / "matcher.toml").write_text(toml("database.url", SPELLED["libpq's key"]), encoding="utf-8")
    with pytest.raises(MatcherError) as raised:
        matcher.open(home=place.home, config=place.config).calls(as_of=DAY)
    assert halves(f"{raised.value!r} {raised.value}") == []


def test_ordinary_words_stay_what_they_are() -> None:
    learn("matcher")
    learn("abc")
    learn("calm")
    assert masked("matcher calls abc calmly, calm") == "matcher calls abc calmly, ***"
    assert masked("postgresql://matcher:matcher@db/matcher") == "postgresql://matcher:***@db/matcher"


@pytest.mark.parametrize("text", ["see https://ec.europa.eu:443/x and me@example.org", "a=b", "12:30 @ noon", "x?y=1"])
def test_what_is_no_secret_is_left(text) -> None:
    assert masked(text) == text


def test_many_secrets_are_masked_longest_first() -> None:
    known = Secrets()
    for secret in ("abcd-efgh", "abcd"):
        known.add(secret)
    assert known.masked("abcd-efgh abcd xabcdx") == "*** *** xabcdx"
