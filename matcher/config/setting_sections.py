"""The sections of `matcher.toml`: every setting, its bounds, what it means, and its default.

Plain and light, as every command reads them. The bounds are read where a file or a variable is checked
(`matcher.config.setting_checks`), and only there is pydantic loaded.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from matcher.model.caution import USUAL, Caution
from matcher.model.frozen import dataclass
from matcher.model.match import THRESHOLD
from matcher.text.masking import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import Field

    from matcher.config.old_fits import HIGHEST
    from matcher.config.setting_types import (
        Address,
        Chance,
        DomainName,
        HeaderName,
        Https,
        IpAddress,
        Line,
        LocalTime,
        Server,
        Weekday,
        Zone,
    )
    from matcher.model.question import MOST


class SettingsSection:
    """Some keys that belong together; no secret shows."""

    def __repr__(self) -> str:
        return masked(f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})")

    __str__ = __repr__


@dataclass(frozen=True, repr=False)
class PortalSettings(SettingsSection):
    """How the portal is reached."""

    url: Annotated[str, Field(description="Base of the search API, up to and including /rest.")] = (
        "https://api.tech.ec.europa.eu/search-api/prod/rest"
    )
    data_url: Annotated[str, Field(description="Base of the static files, up to and including /data.")] = (
        "https://ec.europa.eu/info/funding-tenders/opportunities/data"
    )
    rate: Annotated[float, Field(ge=0.0001, le=MOST, description="Requests a second at most.")] = 1.0
    timeout: Annotated[
        float, Field(ge=0.01, le=3_600, description="Seconds without a byte before a request is given up.")
    ] = 30.0
    attempts: Annotated[int, Field(ge=1, le=100, description="Tries per page.")] = 5
    backoff: Annotated[
        float, Field(ge=0, le=3_600, description="Seconds before the second try, doubling from there.")
    ] = 0.5
    max_passes: Annotated[
        int, Field(ge=1, le=100, description="Times that the listing is read again while rows are missing, at most.")
    ] = 4
    max_requests: Annotated[
        int, Field(ge=1, le=MOST, description="Requests of one fetch at most, repeated ones included.")
    ] = 3000
    max_hours: Annotated[
        float,
        Field(
            ge=0.0001,
            le=1_000,
            description="Hours that one fetch, one reading of an archive or one delivery of mails may take.",
        ),
    ] = 2.0
    programmes: Annotated[
        tuple[str, ...], Field(description="Programmes to fetch, such as HORIZON, DIGITAL, EDF or LIFE; empty: all.")
    ] = ()
    kinds: Annotated[
        tuple[Literal["topic", "external-action", "cascade"], ...], Field(description="Kinds of calls to fetch.")
    ] = ("topic",)


OFFICIAL: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "https://cordis.europa.eu/data/cordis-HORIZONprojects-csv.zip": {
        "projects": (15_000, 60_000),
        "participations": (100_000, 600_000),
    },
    "https://cordis.europa.eu/data/cordis-h2020projects-csv.zip": {
        "projects": (30_000, 40_000),
        "participations": (150_000, 220_000),
    },
}
"""The official dumps, renewed about monthly (https://cordis.europa.eu/projects), and the least and the most that each
holds: Horizon Europe goes on to 2027, Horizon 2020 has ended."""


@dataclass(frozen=True, repr=False)
class ProjectSettings(SettingsSection):
    """Where EU-funded projects come from."""

    sources: Annotated[
        tuple[str, ...], Field(description="Dumps of CORDIS: addresses, zips or folders; empty: no projects.")
    ] = tuple(OFFICIAL)


@dataclass(frozen=True, repr=False)
class CautionSettings(SettingsSection):
    """How many live calls may change in the same way at once; shares are of those with more than a week to go.

    Within the normal share or count nothing is said. Above, the operator is told. Beyond both of the doubted ones it is
    kept as unconfirmed until a fetch on another day reports the same.
    """

    normal_share: Annotated[float, Field(ge=0, le=1, description="Share of calls that may change unsaid.")] = (
        USUAL.normal_share
    )
    normal_count: Annotated[int, Field(ge=0, le=MOST, description="Count of calls that may change unsaid.")] = (
        USUAL.normal_count
    )
    doubted_share: Annotated[float, Field(ge=0, le=1, description="Share above which one day is not believed.")] = (
        USUAL.doubted_share
    )
    doubted_count: Annotated[int, Field(ge=0, le=MOST, description="Count above which one day is not believed.")] = (
        USUAL.doubted_count
    )

    @property
    def bounds(self) -> Caution:
        return Caution(self.normal_share, self.normal_count, self.doubted_share, self.doubted_count)


@dataclass(frozen=True, repr=False)
class RankingSettings(SettingsSection):
    """What a ranked list holds, and what scores it."""

    top: Annotated[int, Field(ge=1, le=MOST, description="Matches shown per institute.")] = 10
    min_fit: Annotated[Chance, Field(description=f"Matches below this fit are not shown; at most {HIGHEST}.")] = 0
    learn: Annotated[
        bool,
        Field(description="Calls like those that an institute keeps come higher, like those that it dismissed lower."),
    ] = True
    encoder: Annotated[
        str,
        Field(
            description="Folder with model.onnx and tokenizer.json of a sentence encoder that ranks beside the terms, "
            "after `pip install 'matcher[encoder]'`; empty: none."
        ),
    ] = ""


@dataclass(frozen=True, repr=False)
class DigestSettings(SettingsSection):
    """What mails recommend."""

    threshold: Annotated[
        int,
        Field(
            ge=0,
            le=100,
            description="Fit, a chance in percent, from which on a call is recommended; subscribers may set their own.",
        ),
    ] = THRESHOLD
    joint_bids: Annotated[
        bool,
        Field(
            description="Mails of new joint bids, weekly at most, to the readers of all institutes that they concern."
        ),
    ] = True


@dataclass(frozen=True, repr=False)
class DatabaseSettings(SettingsSection):
    """Where calls are kept."""

    url: Annotated[
        str,
        Field(
            description="SQLAlchemy URL, such as postgresql+psycopg://user@host/matcher; empty: SQLite in the home "
            "folder."
        ),
    ] = ""


@dataclass(frozen=True, repr=False)
class ExportSettings(SettingsSection):
    """What exported files say of themselves."""

    base_url: Annotated[
        Https,
        Field(
            description="Address of the folder where exported feeds are served: they link to themselves; empty: none."
        ),
    ] = ""


@dataclass(frozen=True, repr=False)
class MailSettings(SettingsSection):
    """How mails are sent and what they carry; without `smtp_url` they become files in the home folder.

    The password is in the environment only (MATCHER_SMTP_PASSWORD, MATCHER_SMTP_PASSWORD_FILE).
    """

    smtp_url: Annotated[
        str,
        Field(
            description="smtp+starttls://user@host:587 or smtps://user@host:465; smtp://localhost:25 only for a server "
            "on this machine; empty: mails become files in the outbox folder of the home folder."
        ),
    ] = ""
    ca_file: Annotated[str, Field(description="Certificates (PEM) of a private authority; empty: the system's.")] = ""
    rate: Annotated[float, Field(ge=0.0001, le=MOST, description="Mails a second at most.")] = 1.0
    sender: Annotated[Address, Field(description="Address in From; what cannot be delivered comes back to it.")] = (
        "matcher@localhost.localdomain"
    )
    sender_name: Annotated[Line, Field(description="Name in From.")] = "Carnot Europe"
    operator: Annotated[
        Address, Field(description="Who is told by mail when a fetch or mails failed; empty: nobody.")
    ] = ""
    list_id: Annotated[
        DomainName, Field(description="Domain name that stands for the list; empty: matcher. before the sender's.")
    ] = ""
    unsubscribe_mailto: Annotated[
        Address, Field(description="Address that takes a wish to unsubscribe; empty: the sender.")
    ] = ""
    unsubscribe_https: Annotated[
        Https, Field(description="Page that unsubscribes; {subscriber} in it is replaced; empty: none.")
    ] = ""

    @property
    def unsubscribe_address(self) -> str:
        """Where a wish to unsubscribe goes."""
        return self.unsubscribe_mailto or self.sender

    @property
    def list_domain(self) -> str:
        """The domain name that stands for this list, apart from others of the sender's domain, and in Message-IDs."""
        return self.list_id or f"matcher.{self.sender.rpartition('@')[2] or 'localhost.localdomain'}"


@dataclass(frozen=True, repr=False)
class WebSettings(SettingsSection):
    """The pages in the browser, as others reach them."""

    address: Annotated[
        Https,
        Field(
            description="What links in mails begin with, as https://matcher.example.org/; empty: mails have none, and "
            "the pages are for this machine alone."
        ),
    ] = ""
    proxy: Annotated[
        IpAddress,
        Field(description="Address of the proxy before the pages, as 10.0.0.5, which is believed; empty: none."),
    ] = ""
    user_header: Annotated[
        HeaderName,
        Field(
            description="Header in which this proxy says who asks, by a subscriber's id or address; it has to replace "
            "what others send in it. Empty: no header signs anybody in."
        ),
    ] = ""
    oidc_issuer: Annotated[
        Server,
        Field(
            description="OpenID provider that people sign in at, as https://login.example.org/realms/network; empty: "
            "none. The secret is in the environment only (MATCHER_OIDC_CLIENT_SECRET, MATCHER_OIDC_CLIENT_SECRET_FILE)."
        ),
    ] = ""
    oidc_client_id: Annotated[Line, Field(description="What this site is called there.")] = ""


WORKDAYS: Final[tuple[Weekday, ...]] = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True, repr=False)
class ScheduleSettings(SettingsSection):
    """When `matcher schedule` does what, in local time of `timezone`, and how long old rows are kept."""

    at: Annotated[LocalTime, Field(description="Time of the daily run.")] = "06:30"
    days: Annotated[tuple[Weekday, ...], Field(min_length=1, description="Days of the daily run.")] = WORKDAYS
    timezone: Annotated[Zone, Field(description="Time zone of all times here.")] = "Europe/Paris"
    weekly_day: Annotated[Weekday, Field(description="Day of the archive's refresh and of the clean-up.")] = "sunday"
    weekly_at: Annotated[LocalTime, Field(description="Time of the weekly work.")] = "03:00"
    archive: Annotated[
        str,
        Field(description='What the weekly refresh reads: "portal" (its own file), a URL or a path; empty: nothing.'),
    ] = "portal"
    archive_texts: Annotated[
        int,
        Field(
            ge=0,
            le=MOST,
            description="Texts of closed Horizon Europe calls that one refresh of the archive asks for at most, newest "
            "first; the next one goes on; 0: none.",
        ),
    ] = 300
    keep_days: Annotated[
        int,
        Field(
            ge=30,
            le=36_500,
            description="Days that raw rows of former versions, rows set aside, texts of sent mails and old runs are "
            "kept.",
        ),
    ] = 180
    metrics_file: Annotated[str, Field(description="Prometheus text file to write; empty: none.")] = ""


@dataclass(frozen=True, repr=False)
class SettingsFile(SettingsSection):
    """`matcher.toml`."""

    user: Annotated[
        Line, Field(description="Who decides on calls: a subscriber's id; empty: the login name of this machine.")
    ] = ""
    portal: PortalSettings = PortalSettings()
    projects: ProjectSettings = ProjectSettings()
    caution: CautionSettings = CautionSettings()
    ranking: RankingSettings = RankingSettings()
    digest: DigestSettings = DigestSettings()
    database: DatabaseSettings = DatabaseSettings()
    mail: MailSettings = MailSettings()
    export: ExportSettings = ExportSettings()
    web: WebSettings = WebSettings()
    schedule: ScheduleSettings = ScheduleSettings()


SECTIONS: dict[str, type[Any]] = {
    field.name: type(field.default) for field in fields(SettingsFile) if isinstance(field.default, SettingsSection)
}
"""The sections by name, in the order in which they are told."""


def settings_file(values: Mapping[str, Any]) -> SettingsFile:
    """The settings of checked values, section by section; what is not there is at its default."""
    made = {name: SECTIONS[name](**found) if name in SECTIONS else found for name, found in values.items()}
    return SettingsFile(**made)
