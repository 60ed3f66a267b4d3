"""The set-up as a whole: every mistake in what people edit and set, all at once and each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.home import Home
from matcher.config.settings import read_settings
from matcher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from matcher.text.saying import Saying


def opened(home: Path | None = None, config_dir: Path | None = None) -> Home:
    """The home as flags, environment and files have it; institutes, subscribers and servers are read when needed.

    Raises:
        ConfigError: where `matcher.toml` or the environment is wrong, with the mistakes of all other files too.
    """
    settings, mistakes = read_settings(home=home, config_dir=config_dir)
    found = Home(settings)
    if mistakes:
        raise ConfigError([*every_mistake(found, mistakes), *settings.unread.slips])
    return found


def every_mistake(home: Home, known: Iterable[Saying] = ()) -> list[Saying]:
    """What is known to be wrong, and whatever else is in files and addresses; no server is asked."""
    home.standing_profiles = {}  # which a server might have
    mistakes = list(known)
    for look in _LOOKS:
        try:
            look(home)
        except ConfigError as error:
            mistakes += error.sayings
    return list({str(one): one for one in mistakes}.values())


def _mail_server(home: Home) -> None:
    from matcher.app.mails.mailing import transport_of

    transport_of(home.settings).close()


def _encoder(home: Home) -> None:
    from matcher.app.kept_index import encoding

    encoding(home)


_LOOKS: tuple[Callable[[Home], object], ...] = (
    lambda home: home.subscribers,  # and the institutes that they name
    lambda home: home.portal().close(),
    Home.database_url,
    _mail_server,
    _encoder,
)
"""Each raises ConfigError where something is wrong; what they need is heavy, and wanted where something is."""
