"""Secrets of the environment, which may stand in a file that a variable names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matcher.config.mistaken import told_at
from matcher.errors import ConfigError, system_reason
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_secret(environ: Mapping[str, str], variable: str) -> str | None:
    """The secret of a variable, or of the file that the one with _FILE names; None when neither is set.

    Raises:
        ConfigError: both are set, or the file cannot be read, is empty, or can be read by every user of the machine.

    """
    of_file = f"{variable}_FILE"
    direct, named = environ.get(variable), environ.get(of_file)
    if direct and named:
        raise ConfigError([Saying("set {variable} or {other}, not both", variable=variable, other=of_file)])
    if not named:
        return direct or None
    path = Path(named).expanduser()
    try:
        if path.stat().st_mode & 0o007:
            told = Saying("{path} is open to every user of this machine: run `chmod 600 {path}`", path=path)
            raise ConfigError([told_at(of_file, told)])
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else Saying("it is not UTF-8 text")
        told = Saying("{path} cannot be read: {reason}", path=path, reason=reason)
        raise ConfigError([told_at(of_file, told)]) from error
    except ValueError as error:  # a null byte
        raise ConfigError([told_at(of_file, Saying("it is no path"))]) from error
    if not secret:
        raise ConfigError([told_at(of_file, Saying("{path} is empty", path=path))])
    return secret
