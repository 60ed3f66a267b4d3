"""Where each setting comes from: flag > environment > config file > default.

`load_settings` reads `matcher.toml` and the environment once; `Settings.origins` remembers, per dotted key,
which of them decided, for `matcher config show`.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from matcher.config.environment import ENVIRONMENT, Unread, learn_secrets, unread_in
from matcher.config.mail_address import mail_address, one_line
from matcher.config.mistake_words import describe_validation_error, like
from matcher.config.old_fits import HIGHEST, instead_of
from matcher.errors import ConfigError, shorten
from matcher.model.caution import USUAL, Caution
from matcher.model.match import THRESHOLD
from matcher.model.question import MOST
from matcher.text.masking import learn_from, masked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONFIG_FILE = "matcher.toml"

MAX_FILE_BYTES = 1_000_000


class _Section(BaseModel):
    # A section is checked as a part of the file: a schema of its own would be built at every start, and never used.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    def __repr__(self) -> str:
        return masked(super().__repr__())

    __str__ = __repr__


class PortalSettings(_Section):
    """How the portal is reached."""

    url: str = Field(
        default="https://api.tech.ec.europa.eu/search-api/prod/rest",
        description="Base of the search API, up to and including /rest.",
    )
    data_url: str = Field(
        default="https://ec.europa.eu/info/funding-tenders/opportunities/data",
        description="Base of the static files, up to and including /data.",
    )
    rate: float = Field(default=1.0, ge=0.0001, le=MOST, description="Requests a second at most.")
    timeout: float = Field(
        default=30.0, ge=0.01, le=3_600, description="Seconds without a byte before a request is given up."
    )
    attempts: int = Field(default=5, ge=1, le=100, description="Tries per page.")
    backoff: float = Field(
        default=0.5, ge=0, le=3_600, description="Seconds before the second try, doubling from there."
    )
    max_passes: int = Field(
        default=4, ge=1, le=100, description="Times that the listing is read again while rows are missing, at most."
    )
    max_requests: int = Field(
        default=3000, ge=1, le=MOST, description="Requests of one fetch at most, repeated ones included."
    )
    max_hours: float = Field(
        default=2.0,
        ge=0.0001,
        le=1_000,
        description="Hours that one fetch, one reading of an archive or one delivery of mails may take.",
    )
    programmes: tuple[str, ...] = Field(
        default=(), description="Programmes to fetch, such as HORIZON, DIGITAL, EDF or LIFE; empty: all."
    )
    kinds: tuple[Literal["topic", "external-action", "cascade"], ...] = Field(
        default=("topic",), description="Kinds of calls to fetch."
    )


CORDIS = (
    "https://cordis.europa.eu/data/cordis-HORIZONprojects-csv.zip",
    "https://cordis.europa.eu/data/cordis-h2020projects-csv.zip",
)
"""The official dumps, renewed about monthly (https://cordis.europa.eu/projects)."""


class ProjectSettings(_Section):
    """Where EU-funded projects come from."""

    sources: tuple[str, ...] = Field(
        default=CORDIS, description="Dumps of CORDIS: addresses, zips or folders; empty: no projects."
    )


class CautionSettings(_Section):
    """How many live calls may change in the same way at once; shares are of those with more than a week to go.

    Within the normal share or count nothing is said. Above, the operator is told. Beyond both of the doubted ones it is
    kept as unconfirmed until a fetch on another day reports the same.
    """

    normal_share: float = Field(
        default=USUAL.normal_share, ge=0, le=1, description="Share of calls that may change unsaid."
    )
    normal_count: int = Field(
        default=USUAL.normal_count, ge=0, le=MOST, description="Count of calls that may change unsaid."
    )
    doubted_share: float = Field(
        default=USUAL.doubted_share, ge=0, le=1, description="Share above which one day is not believed."
    )
    doubted_count: int = Field(
        default=USUAL.doubted_count, ge=0, le=MOST, description="Count above which one day is not believed."
    )

    @property
    def bounds(self) -> Caution:
        return Caution(self.normal_share, self.normal_count, self.doubted_share, self.doubted_count)


def _chance(value: int) -> int:
    if value > HIGHEST:
        raise ValueError(
            f"at most {HIGHEST}: {instead_of(value)}; what is below `digest.threshold` stands apart anyhow"
        )
    return value


class RankingSettings(_Section):
    """What a ranked list holds, and what scores it."""

    top: int = Field(default=10, ge=1, le=MOST, description="Matches shown per institute.")
    min_fit: Annotated[int, AfterValidator(_chance)] = Field(
        default=0, ge=0, le=100, description=f"Matches below this fit are not shown; at most {HIGHEST}."
    )
    learn: bool = Field(
        default=True,
        description="Calls like those that an institute keeps come higher, like those that it dismissed lower.",
    )
    encoder: str = Field(
        default="",
        description="Folder or name of a sentence-transformers model that ranks beside the terms, after "
        "`pip install 'matcher[encoder]'`; empty: none.",
    )


class DigestSettings(_Section):
    """What mails recommend."""

    threshold: int = Field(
        default=THRESHOLD,
        ge=0,
        le=100,
        description="Fit, a chance in percent, from which on a call is recommended; subscribers may set their own.",
    )


class DatabaseSettings(_Section):
    """Where calls are kept."""

    url: str = Field(
        default="",
        description="SQLAlchemy URL, such as postgresql+psycopg://user@host/matcher; empty: SQLite in the home folder.",
    )


def _address_or_empty(value: str) -> str:
    return mail_address(value) if value else value


def _https_or_empty(value: str) -> str:
    if value and not re.fullmatch(r"https://[^\s<>]+", value):
        raise ValueError("a URL that begins with https://")
    return value


_Address = Annotated[str, AfterValidator(_address_or_empty)]

_Line = Annotated[str, Field(max_length=100), AfterValidator(one_line)]

_Https = Annotated[str, AfterValidator(_https_or_empty)]


_DomainName = Annotated[str, like(r"[A-Za-z0-9.-]*", "a domain name such as calls.example.org")]


class ExportSettings(_Section):
    """What exported files say of themselves."""

    base_url: _Https = Field(
        default="",
        description="Address of the folder where exported feeds are served: they link to themselves; empty: none.",
    )


class MailSettings(_Section):
    """How mails are sent and what they carry; without `smtp_url` they become files in the home folder.

    The password is in the environment only (MATCHER_SMTP_PASSWORD, MATCHER_SMTP_PASSWORD_FILE).
    """

    smtp_url: str = Field(
        default="",
        description="smtp+starttls://user@host:587 or smtps://user@host:465; smtp://localhost:25 only for a server on "
        "this machine; empty: mails become files in the outbox folder of the home folder.",
    )
    ca_file: str = Field(default="", description="Certificates (PEM) of a private authority; empty: the system's.")
    rate: float = Field(default=1.0, ge=0.0001, le=MOST, description="Mails a second at most.")
    sender: _Address = Field(
        default="matcher@localhost.localdomain",
        description="Address in From; what cannot be delivered comes back to it.",
    )
    sender_name: _Line = Field(default="Carnot Europe", description="Name in From.")
    operator: _Address = Field(
        default="", description="Who is told by mail when a fetch or mails failed; empty: nobody."
    )
    list_id: _DomainName = Field(
        default="",
        description="Domain name that stands for the list; empty: matcher. before the sender's.",
    )
    unsubscribe_mailto: _Address = Field(
        default="", description="Address that takes a wish to unsubscribe; empty: the sender."
    )
    unsubscribe_https: _Https = Field(
        default="", description="Page that unsubscribes; {subscriber} in it is replaced; empty: none."
    )

    @property
    def unsubscribe_address(self) -> str:
        """Where a wish to unsubscribe goes."""
        return self.unsubscribe_mailto or self.sender

    @property
    def list_domain(self) -> str:
        """The domain name that stands for this list, apart from others of the sender's domain, and in Message-IDs."""
        return self.list_id or f"matcher.{self.sender.rpartition('@')[2] or 'localhost.localdomain'}"


_Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WORKDAYS: tuple[_Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")

_LocalTime = Annotated[str, like(r"([01]\d|2[0-3]):[0-5]\d", 'a time of day, "HH:MM", such as "06:30"')]


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("a time zone such as Europe/Paris") from error
    return value


class ScheduleSettings(_Section):
    """When `matcher schedule` does what, in local time of `timezone`, and how long old rows are kept."""

    at: _LocalTime = Field(default="06:30", description="Time of the daily run.")
    days: Annotated[tuple[_Weekday, ...], Field(min_length=1)] = Field(
        default=WORKDAYS, description="Days of the daily run."
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="Europe/Paris", description="Time zone of all times here."
    )
    weekly_day: _Weekday = Field(default="sunday", description="Day of the archive's refresh and of the clean-up.")
    weekly_at: _LocalTime = Field(default="03:00", description="Time of the weekly work.")
    archive: str = Field(
        default="portal",
        description='What the weekly refresh reads: "portal" (its own file), a URL or a path; empty: nothing.',
    )
    archive_texts: int = Field(
        default=300,
        ge=0,
        le=MOST,
        description="Texts of closed Horizon Europe calls that one refresh of the archive asks for at most, newest "
        "first; the next one goes on; 0: none.",
    )
    keep_days: int = Field(
        default=180,
        ge=30,
        le=36_500,
        description="Days that raw rows of former versions, rows set aside, texts of sent mails and old runs are kept.",
    )
    metrics_file: str = Field(default="", description="Prometheus text file to write; empty: none.")


class SettingsFile(_Section):
    """`matcher.toml`."""

    user: _Line = Field(
        default="", description="Who decides on calls: a subscriber's id; empty: the login name of this machine."
    )
    portal: PortalSettings = PortalSettings.model_construct()
    projects: ProjectSettings = ProjectSettings.model_construct()
    caution: CautionSettings = CautionSettings.model_construct()
    ranking: RankingSettings = RankingSettings.model_construct()
    digest: DigestSettings = DigestSettings.model_construct()
    database: DatabaseSettings = DatabaseSettings.model_construct()
    mail: MailSettings = MailSettings.model_construct()
    export: ExportSettings = ExportSettings.model_construct()
    schedule: ScheduleSettings = ScheduleSettings.model_construct()


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

    def told(self, key: str, mistake: str) -> str:
        """A mistake in the value of a key, after the name of what set it."""
        return f"{self.origins.get(key, 'default')}: {key}: {mistake}"

    def shown(self) -> list[tuple[str, str, str]]:
        """(key, value, origin) of every setting, secrets masked."""
        values = {"home": str(self.home), "config": str(self.config_dir), "user": self.user}
        for section in _section_models():
            model: BaseModel = getattr(self, section)
            values |= {f"{section}.{name}": _plain(value) for name, value in model}
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
) -> tuple[Settings, list[str]]:
    """Every setting, and every mistake in `matcher.toml` and the environment; what is wrong is at its default.

    So that other files can be looked at although this one is wrong, and all mistakes be told at once.
    """
    env = {k: v for k, v in (os.environ if environ is None else environ).items() if v}
    learn_secrets(env)
    origins: dict[str, str] = {}
    mistakes: list[str] = []
    flags = {"home": home, "config": config_dir}
    given = {key: _folder(key, flag, env, origins, mistakes) for key, flag in flags.items()}
    folders = {
        "home": (given["home"] or _default_home()).absolute(),
        "config": (given["config"] or _default_config(origins)).absolute(),
    }
    mistakes += [told for key, folder in folders.items() for told in _unsayable(key, folder, origins)]
    path = folders["config"] / CONFIG_FILE
    raw = _read_toml(path, mistakes)
    _learn_secrets_of_file(raw)
    values = _sections(raw, path, mistakes)
    for name, found in values.items():
        keys = [f"{name}.{key}" for key in found] if isinstance(found, dict) else [name]
        origins |= dict.fromkeys(keys, str(path))
    _set_by_environment(values, env, origins)
    parsed, wrong = _parsed(values)
    mistakes += [f"{origins.get(line.partition(': ')[0], path)}: {line}" for line in wrong]
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
        parsed.schedule,
        origins,
        unread_in(env, _keys()),
    )
    return settings, mistakes


def _sections(raw: dict[str, Any], path: Path, mistakes: list[str]) -> dict[str, Any]:
    """The keys of the file; what stands where a section belongs is told and left out."""
    wrong = {name for name in _section_models() if not isinstance(raw.get(name, {}), dict)}
    mistakes += [f"{path}: {name}: found {shorten(raw[name])}, expected keys with values" for name in sorted(wrong)]
    return {name: found for name, found in raw.items() if name not in wrong}


def _set_by_environment(values: dict[str, Any], env: Mapping[str, str], origins: dict[str, str]) -> None:
    """Let variables win over the file's keys."""
    for variable, key in ENVIRONMENT.items():
        if variable in env:
            section, _, name = key.rpartition(".")
            (values.setdefault(section, {}) if section else values)[name] = env[variable]
            origins[key] = variable


def _parsed(values: dict[Any, Any]) -> tuple[SettingsFile, list[str]]:
    """The sections of these values without what is wrong in them, and what that is, by key."""
    try:
        return SettingsFile.model_validate(values), []
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            section, *keys = detail["loc"]
            if keys:
                values[section].pop(keys[0], None)
            else:
                values.pop(section, None)
        return SettingsFile.model_validate(values), describe_validation_error(error)


def _section_models() -> dict[str, type[BaseModel]]:
    """The sections of `matcher.toml` and what each may hold."""
    defaults = {name: field.default for name, field in SettingsFile.model_fields.items()}
    return {name: type(section) for name, section in defaults.items() if isinstance(section, _Section)}


def _keys() -> list[str]:
    """Every key of a section of `matcher.toml`, dotted."""
    return [f"{section}.{name}" for section, model in _section_models().items() for name in model.model_fields]


_PUBLIC = frozenset({"mail.unsubscribe_https", "mail.sender_name"})
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
    key: str, flag: Path | None, env: Mapping[str, str], origins: dict[str, str], mistakes: list[str]
) -> Path | None:
    """The folder that a flag or a variable names; None, and a mistake, where it cannot be one."""
    variable = f"MATCHER_{key.upper()}"
    if flag is None and variable not in env:
        return None
    given = flag if flag is not None else Path(env[variable])
    origins[key] = f"--{key}" if flag is not None else variable
    mistake: str | None
    try:
        folder = given.expanduser()
        mistake = _no_folder(folder, must_be_there=key == "config")
    except RuntimeError:  # ~somebody who is not known here
        mistake = "expected a user's folder"
    if mistake is None:
        return folder
    mistakes.append(f"{origins[key]}: {key}: found {shorten(str(given))}, {mistake}")
    return None


def _unsayable(key: str, folder: Path, origins: Mapping[str, str]) -> Iterator[str]:
    """What to tell of a folder, a default one too, whose name neither database nor JSON could hold."""
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        yield f"{origins.get(key, 'default')}: {key}: found {shorten(str(folder))}, expected a path in UTF-8"


_ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:/")
"""How an address begins once it was taken for a path; a drive of Windows has one letter."""


def _no_folder(path: Path, *, must_be_there: bool) -> str | None:
    """Why a path is no folder, and cannot become one."""
    if path.is_dir():
        return None
    if must_be_there:
        return "expected a folder that is there"
    if _ADDRESS.match(path.as_posix()):
        return "expected a folder, not an address (the database's belongs into MATCHER_DATABASE_URL)"
    for above in (path, *path.parents):
        if os.path.lexists(above):
            return None if above.is_dir() else f"expected a folder ({above} is none)"
    return None


def _read_toml(path: Path, mistakes: list[str]) -> dict[str, Any]:
    """The sections of `matcher.toml`; none, and a mistake, where it cannot be read."""
    mistake = "found lists within one another without end, expected settings"
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            mistake = f"found more than {MAX_FILE_BYTES:,} bytes, expected settings"
        else:
            return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except RecursionError:
        pass
    except ValueError as error:  # its syntax, its encoding, a number of thousands of digits
        mistake = f"not valid TOML: {error}"
    except OSError as error:
        mistake = f"cannot be read: {error.strerror}"
    mistakes.append(f"{path}: {mistake}")
    return {}


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
