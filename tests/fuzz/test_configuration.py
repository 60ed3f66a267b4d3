"""What people edit: institutes and subscribers in YAML, matcher.toml."""

from __future__ import annotations

from matcher.config.institutes import load_institutes
from matcher.config.settings import load_settings, packaged_config
from matcher.config.subscribers import load_subscribers
from matcher.errors import ConfigError
from tests.helpers.forms import has_a_long_form
from tests.helpers.fuzz.harness import Target, folder_of, short
from tests.helpers.fuzz.mutations import bytes_like

INSTITUTE = b"""id: one
acronym: ONE
name: {en: One, fr: Un}
label: {2015: true, current: unknown}
keywords:
  en: [photonics, "heat pumps"]
  fr: [photonique]
labs:
  - name: L
    keywords: {en: [wafers]}
projects:
  - {id: "1", title: T, text: x, date: 2020-01-31}
pin: [MEMS]
"""
SUBSCRIBERS = b"""subscribers:
  - address: a.person@example.org
    name: A Person
    institutes: ["*"]
    frequency: {weekly: monday}
    threshold: 80
    reminders: [30, 3]
    mute: {calls: [X], terms: [y]}
  - address: other@example.org
    institutes: [ONE]
    frequency: off
"""
BOMB = b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (c + 1, c + 1, c, c) for c in range(97, 121))
DEEP = b"a: " + b"[" * 100_000


def told(error: ConfigError) -> None:
    assert error.mistakes
    short(error, 20_000)


def check_institutes(content: bytes) -> None:
    with folder_of({"institutes/one.yaml": content}) as folder:
        try:
            assert load_institutes(folder)
        except ConfigError as error:
            told(error)


def check_subscribers(content: bytes) -> None:
    with folder_of({"institutes/one.yaml": INSTITUTE, "subscribers.yaml": content}) as folder:
        try:
            for subscriber in load_subscribers(folder, load_institutes(folder)):
                assert not set("\r\n\0, ") & set(subscriber.address)
                assert not set("\r\n\0") & set(subscriber.name)
        except ConfigError as error:
            told(error)


def check_settings(content: bytes) -> None:
    with folder_of({"matcher.toml": content}) as folder:
        try:
            assert load_settings(home=folder, config_dir=folder, environ={}).shown()
        except ConfigError as error:
            told(error)


TOML = (packaged_config() / "matcher.toml").read_bytes() + b'\n[ranking]\ntop = 5\n[mail]\nsmtp_url = "smtps://a:b@h"\n'
SMALL_TOML = b'[portal]\nrate = 2.0\nprogrammes = ["HORIZON"]\n[schedule]\nat = "06:30"\ntimezone = "Europe/Paris"\n'
INSTITUTES = Target("institutes/*.yaml", bytes_like(INSTITUTE, INSTITUTE, BOMB, DEEP), check_institutes)
READERS = Target("subscribers.yaml", bytes_like(SUBSCRIBERS, SUBSCRIBERS, BOMB, DEEP), check_subscribers)
SETTINGS = Target("matcher.toml", bytes_like(SMALL_TOML, TOML), check_settings)


@has_a_long_form
def test_institutes():
    INSTITUTES.run()


@has_a_long_form
def test_subscribers():
    READERS.run()


@has_a_long_form
def test_settings():
    SETTINGS.run()
