"""The variables of the environment that are read, the slips in names of others, and the secrets in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.errors import shorten
from matcher.model.frozen import dataclass
from matcher.text.masking import learn, learn_from
from matcher.text.saying import Saying, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ENVIRONMENT = {
    "MATCHER_USER": "user",
    "MATCHER_PORTAL_URL": "portal.url",
    "MATCHER_PORTAL_DATA_URL": "portal.data_url",
    "MATCHER_PORTAL_RATE": "portal.rate",
    "MATCHER_RANKING_ENCODER": "ranking.encoder",
    "MATCHER_DATABASE_URL": "database.url",
    "MATCHER_SMTP_URL": "mail.smtp_url",
    "MATCHER_METRICS_FILE": "schedule.metrics_file",
}
"""Environment variables that set a key of `matcher.toml`."""


ENVIRONMENT_ONLY = {
    "MATCHER_HOME": "Folder of all state; default: matcher in the user's data folder.",
    "MATCHER_CONFIG": "Folder of the files that people edit; default: ./config if it is one, else the packaged one.",
    "MATCHER_SMTP_PASSWORD": "Password of the mail server.",
    "MATCHER_SMTP_PASSWORD_FILE": "File that holds this password and that nobody else may read.",
    "MATCHER_OIDC_CLIENT_SECRET": "What the pages prove to the OpenID provider who they are with (`web.oidc_issuer`).",
    "MATCHER_OIDC_CLIENT_SECRET_FILE": "File that holds this secret and that nobody else may read.",
}
"""Environment variables that no key of `matcher.toml` stands for, with what they mean."""


_PREFIX = "MATCHER_"

_IN_FILES = ("MATCHER_SMTP_PASSWORD", "MATCHER_OIDC_CLIENT_SECRET")
"""Secrets that may stand in a file instead, which the variable of that name with _FILE names."""

_SECRETS = (*_IN_FILES, "PGPASSWORD")


@dataclass(frozen=True, slots=True)
class Unread:
    """Variables that are set, begin like those of the product, and are read by nothing."""

    slips: tuple[Saying, ...] = ()
    """What to tell of those that look like one that is read, or like a key of `matcher.toml`."""

    others: tuple[str, ...] = ()
    """The names of the rest, which may be somebody's own."""


def unread_in(env: Mapping[str, str], keys: Collection[str]) -> Unread:
    """What of an environment means nothing here; `keys` are the dotted ones of `matcher.toml`."""
    names = sorted(name for name in env if name.startswith(_PREFIX) and name not in {*ENVIRONMENT, *ENVIRONMENT_ONLY})
    meant = {name: _meant(name, keys) for name in names}
    return Unread(
        tuple(
            Saying("{name} is set and means nothing here: {hint}", name=shorten(name), hint=hint)
            for name, hint in meant.items()
            if hint
        ),
        tuple(shorten(name) for name, hint in meant.items() if not hint),
    )


def learn_secrets(env: Mapping[str, str]) -> None:
    """Whatever may be a secret is masked from here on, in the wrong variable too."""
    for variable, value in env.items():
        if variable in _SECRETS:
            learn(value)
        elif variable.startswith((_PREFIX, "PG")) or variable.lower().endswith("_proxy"):
            learn_from(value, "" if variable in ENVIRONMENT_ONLY else variable)
    for variable in _IN_FILES:
        _learn_from_file(env.get(f"{variable}_FILE"))


def _meant(name: str, keys: Collection[str]) -> Saying | None:
    """The near variable, or the key of `matcher.toml` that no variable sets."""
    written = name.removeprefix(_PREFIX).lower()
    for key in keys:
        if written == re.sub(r"\W", "_", key):
            section, _, own = key.partition(".")
            return Saying("write {own} in [{section}] of matcher.toml", own=own, section=section)
    from difflib import get_close_matches  # seldom needed

    known = {variable.removeprefix(_PREFIX).lower(): variable for variable in (*ENVIRONMENT, *ENVIRONMENT_ONLY)}
    near = get_close_matches(written, known, n=1)
    return did_you_mean([known[near[0]]]) if near else None


def _learn_from_file(named: str | None) -> None:
    """Know the secret that a file holds; whoever needs it tells where it cannot be read."""
    if not named:
        return
    try:
        learn(Path(named).expanduser().read_text(encoding="utf-8").rstrip("\r\n"))
    except (OSError, ValueError, RuntimeError):
        if "/" not in named:  # the secret itself, in the wrong variable
            learn(named)
