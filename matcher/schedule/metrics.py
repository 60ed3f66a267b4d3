"""How the scheduler is doing, for Prometheus: a text, in a file for a node exporter's textfile collector or as a page.

Times are Unix seconds, so that an alert is `time() - matcher_run_last_good_timestamp_seconds{kind="run"} > 26 * 3600`.
What is unknown is left out, never 0.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.app.operation.health import status
from matcher.disk import write_file
from matcher.errors import ConfigError, StoreMissing
from matcher.schedule.due import last_good

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matcher.app.home import Home
    from matcher.model.outcomes import Health, RunRecord

OUTCOMES = ("running", "ok", "partial", "failed", "interrupted")

MAIL_STATES = ("queued", "sending", "sent", "failed")

_COUNTED = {
    "seen": "Rows that the last fetch brought.",
    "new": "Calls that the last fetch saw for the first time.",
    "changed": "Calls of which the last fetch kept a new version.",
    "closed": "Calls that the last fetch saw closed or withdrawn.",
    "set_aside": "Rows of the last fetch that could not be read.",
    "requests": "Requests of the last fetch.",
    "retries": "Requests of the last fetch that had to be repeated.",
}

_RUNS = 200


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its samples are (labels, value)."""

    name: str
    help: str
    samples: tuple[tuple[Mapping[str, str], float], ...]


def families(health: Health, mails: Mapping[str, int], now: datetime) -> Iterator[Family]:
    """Every metric, in the order of the file."""
    yield from _run_families(health.runs, now)
    report = next((r for run in health.runs if (r := _report(run)) is not None), {})
    for name, text in _COUNTED.items():
        if isinstance(value := report.get(name), int):
            yield Family(f"matcher_fetch_{name}", text, (({}, value),))
    yield Family("matcher_calls", "Calls that are kept.", (({}, health.calls),))
    yield Family("matcher_calls_live", "Calls that one can still apply to.", (({}, health.live),))
    if health.projects is not None:
        yield Family("matcher_projects", "Projects that are kept.", (({}, health.projects.projects),))
        parts = health.projects.participations
        yield Family("matcher_participations", "Participations in them that are kept.", (({}, parts),))
    if health.indexed is not None:
        built = datetime.fromisoformat(health.indexed).timestamp()
        yield Family("matcher_index_built_timestamp_seconds", "When the index was built.", (({}, built),))
        yield Family("matcher_index_current", "1 when the index knows all calls.", (({}, health.index_current),))
    states = tuple(({"state": state}, mails.get(state, 0)) for state in MAIL_STATES)
    yield Family("matcher_mails", "Mails of the outbox by state.", states)


def text_of(metrics: Iterator[Family]) -> str:
    """The text exposition format, version 0.0.4; every metric is a gauge."""
    lines = []
    for family in metrics:
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} gauge"]
        lines += [f"{family.name}{_labels(labels)} {_number(value)}" for labels, value in family.samples]
    return "\n".join(lines) + "\n"


def current_text(home: Home, now: datetime) -> str:
    """Every metric of a home, as the file and the page have it."""
    return text_of(families(status(home, _RUNS), _mails(home), now))


def write_metrics(home: Home, now: datetime, file: Path | None = None) -> None:
    """Replace the metrics file as a whole; nothing happens when neither `file` nor the setting names one.

    Raises:
        ConfigError: when the file cannot be written.
    """
    path = file or (Path(home.settings.schedule.metrics_file) if home.settings.schedule.metrics_file else None)
    if path is None:
        return
    text = current_text(home, now)
    try:
        # Readable by all, as the collector is another user; there is nothing in it that is secret.
        write_file(path.expanduser(), text.encode(), mode=0o644)
    except OSError as error:
        origin = (
            home.settings.origins.get("schedule.metrics_file", "--metrics-file") if file is None else "--metrics-file"
        )
        raise ConfigError([f"{origin}: {path}: cannot be written ({error.strerror})"]) from error


def _run_families(runs: Sequence[RunRecord], now: datetime) -> Iterator[Family]:
    newest = {run.kind: run for run in reversed(runs)}
    good = {kind: last_good([run for run in runs if run.kind == kind], now) for kind in newest}
    ended = {kind: run for kind, run in newest.items() if run.finished is not None}
    yield Family(
        "matcher_run_last_start_timestamp_seconds",
        "When the last run of a kind began.",
        tuple(({"kind": kind}, run.started.timestamp()) for kind, run in newest.items()),
    )
    yield Family(
        "matcher_run_last_good_timestamp_seconds",
        "When the last run of a kind that brought something ended.",
        tuple(({"kind": kind}, end.timestamp()) for kind, end in good.items() if end is not None),
    )
    yield Family(
        "matcher_run_last_duration_seconds",
        "How long the last run of a kind took.",
        tuple(({"kind": kind}, _seconds(run)) for kind, run in ended.items()),
    )
    yield Family(
        "matcher_run_last_outcome",
        "1 for the outcome of the last run of a kind.",
        tuple(({"kind": k, "outcome": o}, run.outcome == o) for k, run in newest.items() for o in OUTCOMES),
    )


def _seconds(run: RunRecord) -> float:
    return (run.finished - run.started).total_seconds() if run.finished else 0.0


def _report(run: RunRecord) -> Mapping[str, object] | None:
    report = run.detail.get("report")
    return report if run.kind in {"run", "fetch"} and isinstance(report, dict) else None


def _mails(home: Home) -> dict[str, int]:
    with suppress(StoreMissing), home.open_store(read_only=True) as store:
        return {state.value: count for state, count in store.outbox.counts().items()}
    return {}


def _labels(labels: Mapping[str, str]) -> str:
    def escaped(value: str) -> str:
        return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")

    return "{" + ",".join(f'{k}="{escaped(v)}"' for k, v in labels.items()) + "}" if labels else ""


def _number(value: float) -> str:
    return repr(round(float(value), 3))
