"""Where each setting comes from: flag > environment > config file > default.

`load_settings` reads `matcher.toml` and the environment once; `Settings.origins` remembers, per dotted key,
which of them decided, for `matcher config show`. What was found right is not checked again (`kept_settings`), so that
pydantic is loaded only where something changed.
"""

from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matcher.config.environment import ENVIRONMENT, Unread, learn_secrets, unread_in
from matcher.config.kept_settings import Kept, keep, kept_settings, mark_of
from matcher.config.mistaken import found_and_expected, told_at
from matcher.config.setting_sections import SECTIONS, settings_file
from matcher.errors import ConfigError, system_reason
from matcher.model.frozen import dataclass
from matcher.text.masking import learn_from, masked
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matcher.config.setting_sections import (
        CautionSettings,
        DatabaseSettings,
        DigestSettings,
        ExportSettings,
        MailSettings,
        PortalSettings,
        ProjectSettings,
        RankingSettings,
        ScheduleSettings,
        WebSettings,
    )

CONFIG_FILE = "matcher.toml"

MAX_FILE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, resolved. `home` holds all state, `config_dir` the files that people edit."""

    home: Path
    config_dir: Path
    user: str
    portal: PortalSettings
    projects: ProjectSettings
    caution: CautionSettings
    ranking: RankingSettings
    digest: DigestSettings
    database: DatabaseSettings
    mail: MailSettings
    export: ExportSettings
    web: WebSettings
    schedule: ScheduleSettings
    origins: Mapping[str, str]
    unread: Unread

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite:///{self.home / 'matcher.db'}"

    @property
    def database_shown(self) -> str:
        """The same for a person, without any password."""
        return masked(self.database_url).removeprefix("sqlite:///")

    def told(self, key: str, mistake: Saying) -> Saying:
        """A mistake in the value of a key, after the name of what set it."""
        return told_at(self.origins.get(key, "default"), told_at(key, mistake))

    def shown(self) -> list[tuple[str, str, str]]:
        """(key, value, origin) of every setting, secrets masked."""
        values = {"home": str(self.home), "config": str(self.config_dir), "user": self.user}
        for section in SECTIONS:
            values |= {f"{section}.{name}": _plain(value) for name, value in vars(getattr(self, section)).items()}
        values["database.url"] = self.database_url
        return [(key, masked(value), self.origins.get(key, "default")) for key, value in values.items()]


def load_settings(
    *,
    home: Path | None = None,
    config_dir: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Resolve every setting; `home` and `config_dir` are the command-line flags.

    Raises:
        ConfigError: with every mistake in `matcher.toml` and in the environment.
    """
    settings, mistakes = read_settings(home=home, config_dir=config_dir, environ=environ)
    if mistakes:
        raise ConfigError(mistakes)
    return settings


def read_settings(
    *,
    home: Path | None = None,
    config_dir: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[Settings, list[Saying]]:
    """Every setting, and every mistake in `matcher.toml` and the environment; what is wrong is at its default.

    So that other files can be looked at although this one is wrong, and all mistakes be told at once.
    """
    env = {k: v for k, v in (os.environ if environ is None else environ).items() if v}
    learn_secrets(env)
    origins: dict[str, str] = {}
    mistakes: list[Saying] = []
    flags = {"home": home, "config": config_dir}
    given = {key: _folder(key, flag, env, origins, mistakes) for key, flag in flags.items()}
    folders = {
        "home": (given["home"] or _default_home()).absolute(),
        "config": (given["config"] or _default_config(origins)).absolute(),
    }
    mistakes += [told for key, folder in folders.items() for told in _unsayable(key, folder, origins)]
    path = folders["config"] / CONFIG_FILE
    variables = {variable: env[variable] for variable in ENVIRONMENT if variable in env}
    text = _read(path, mistakes)
    mark = mark_of(text, variables)
    found = kept_settings(folders["home"], mark)
    if found is None:
        found, wrong = _checked(path, text, variables)
        mistakes += wrong
        if not mistakes:
            keep(folders["home"], mark, found)
    parsed = settings_file(found.values)
    origins |= dict.fromkeys(found.in_file, str(path))
    origins |= {ENVIRONMENT[variable]: variable for variable in variables}
    settings = Settings(
        folders["home"],
        folders["config"],
        parsed.user,
        parsed.portal,
        parsed.projects,
        parsed.caution,
        parsed.ranking,
        parsed.digest,
        parsed.database,
        parsed.mail,
        parsed.export,
        parsed.web,
        parsed.schedule,
        origins,
        unread_in(env, _keys()),
    )
    return settings, mistakes


def _checked(path: Path, text: bytes, variables: Mapping[str, str]) -> tuple[Kept, list[Saying]]:
    """Every setting that the file and variables say, and what is wrong with them, after what set it."""
    from matcher.config.setting_checks import checked

    mistakes: list[Saying] = []
    raw = _parsed(path, text, mistakes)
    _learn_secrets_of_file(raw)
    values = _sections(raw, path, mistakes)
    in_file = [
        key
        for name, found in values.items()
        for key in ([f"{name}.{own}" for own in found] if isinstance(found, dict) else [name])
    ]
    for variable, value in variables.items():  # they win over the file's keys
        section, _, name = ENVIRONMENT[variable].rpartition(".")
        (values.setdefault(section, {}) if section else values)[name] = value
    set_by = {ENVIRONMENT[variable]: variable for variable in variables}
    settled, wrong = checked(values)
    mistakes += [told_at(set_by.get(str(line.values["place"]), path), line) for line in wrong]
    return Kept(settled, tuple(in_file)), mistakes


def _sections(raw: dict[str, Any], path: Path, mistakes: list[Saying]) -> dict[str, Any]:
    """The keys of the file; what stands where a section belongs is told and left out."""
    wrong = {name for name in SECTIONS if not isinstance(raw.get(name, {}), dict)}
    mistakes += [
        told_at(path, told_at(name, found_and_expected(raw[name], Saying("keys with values"))))
        for name in sorted(wrong)
    ]
    return {name: found for name, found in raw.items() if name not in wrong}


def _keys() -> list[str]:
    """Every key of a section of `matcher.toml`, dotted."""
    return [f"{name}.{field.name}" for name, section in SECTIONS.items() for field in fields(section)]


_PUBLIC = frozenset({"web.address", "mail.unsubscribe_https", "mail.sender_name"})
"""Settings that stand in every mail."""


def _learn_secrets_of_file(values: Mapping[str, Any]) -> None:
    """Whatever may be a secret is masked from here on, in a setting that is wrong or in the wrong place too."""
    for key, value in _leaves(values):
        if key not in _PUBLIC:
            learn_from(value, key)


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Dotted keys and what stands at them, as text."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, key)
    else:
        yield key, str(value)


def packaged_config() -> Path:
    """The configuration that ships with the product: in the wheel, else beside the source tree."""
    packaged = Path(__file__).parents[1].joinpath("_packaged") / "config"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "config"


def _default_home() -> Path:
    from platformdirs import user_data_path

    return user_data_path("matcher", appauthor=False)


def _default_config(origins: dict[str, str]) -> Path:
    local = Path("config")
    if (local / CONFIG_FILE).is_file() or (local / "institutes").is_dir():
        origins["config"] = "./config"
        return local
    origins["config"] = "packaged"
    return packaged_config()


def _folder(
    key: str, flag: Path | None, env: Mapping[str, str], origins: dict[str, str], mistakes: list[Saying]
) -> Path | None:
    """The folder that a flag or a variable names; None, and a mistake, where it cannot be one."""
    variable = f"MATCHER_{key.upper()}"
    if flag is None and variable not in env:
        return None
    given = flag if flag is not None else Path(env[variable])
    origins[key] = f"--{key}" if flag is not None else variable
    mistake: Saying | None
    try:
        folder = given.expanduser()
        mistake = _no_folder(folder, must_be_there=key == "config")
    except RuntimeError:  # ~somebody who is not known here
        mistake = Saying("a user's folder")
    if mistake is None:
        return folder
    mistakes.append(told_at(origins[key], told_at(key, found_and_expected(str(given), mistake))))
    return None


def _unsayable(key: str, folder: Path, origins: Mapping[str, str]) -> Iterator[Saying]:
    """What to tell of a folder, a default one too, whose name neither database nor JSON could hold."""
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        yield told_at(
            origins.get(key, "default"), told_at(key, found_and_expected(str(folder), Saying("a path in UTF-8")))
        )


_ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:/")
"""How an address begins once it was taken for a path; a drive of Windows has one letter."""


def _no_folder(path: Path, *, must_be_there: bool) -> Saying | None:
    """What belongs in place of a path that is no folder, and cannot become one."""
    if path.is_dir():
        return None
    if must_be_there:
        return Saying("a folder that is there")
    if _ADDRESS.match(path.as_posix()):
        return Saying("a folder, not an address (the database's belongs into MATCHER_DATABASE_URL)")
    for above in (path, *path.parents):
        if os.path.lexists(above):
            return None if above.is_dir() else Saying("a folder ({above} is none)", above=above)
    return None


def _read(path: Path, mistakes: list[Saying]) -> bytes:
    """What stands in `matcher.toml`; nothing, and a mistake, where it cannot be read."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            told = Saying(
                "found more than {most:,} bytes, expected {expected}",
                most=MAX_FILE_BYTES,
                expected=Saying("settings"),
            )
            mistakes.append(told_at(path, told))
            return b""
        return path.read_bytes()
    except FileNotFoundError:
        pass
    except OSError as error:
        mistakes.append(told_at(path, Saying("cannot be read: {reason}", reason=system_reason(error))))
    return b""


def _parsed(path: Path, text: bytes, mistakes: list[Saying]) -> dict[str, Any]:
    """The sections of `matcher.toml`; none, and a mistake, where it is no TOML."""
    import tomllib

    try:
        return tomllib.loads(text.decode("utf-8-sig"))
    except RecursionError:
        mistakes.append(told_at(path, Saying("found lists within one another without end, expected settings")))
    except ValueError as error:  # its syntax, its encoding, a number of thousands of digits
        mistakes.append(told_at(path, _no_toml(error)))
    return {}


def _no_toml(error: ValueError) -> Saying:
    """What stopped the parser, in words of who edits the file."""
    if isinstance(error, UnicodeDecodeError):
        return Saying("not valid TOML: save the file as UTF-8 in your editor")
    line = re.search(r"\(at line (\d+)", str(error))
    where = Saying("line {number}", number=line[1]) if line else Saying("at the end")
    if str(error).startswith("Cannot "):  # declare or overwrite
        return Saying("not valid TOML ({where}): this key or head stands a second time", where=where)
    return Saying(
        "not valid TOML ({where}): below a head such as [mail], write a line for each key, such as "
        '`operator = "name@example.org"`, texts in quotes',
        where=where,
    )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
