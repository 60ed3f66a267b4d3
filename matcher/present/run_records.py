"""The JSON shapes of work: runs, fetches and what they brought."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from matcher.present.mail_records import delivery_record, line_record
from matcher.present.project_records import project_report_record
from matcher.present.records import Record, iso_moment

if TYPE_CHECKING:
    from matcher.model.outcomes import InstituteLine, RunOutcome, RunRecord
    from matcher.model.rows import FetchReport


def fetch_record(report: FetchReport) -> Record:
    """What a fetch saw and did, as in `matcher fetch --json`."""
    return {**asdict(report), "problems": list(report.problems)}


def run_record(run: RunRecord) -> Record:
    """One run of the daily job or of a part of it."""
    return {
        "run": run.identifier,
        "kind": run.kind,
        "started": run.started.isoformat(),
        "finished": iso_moment(run.finished),
        "outcome": run.outcome,
        "detail": dict(run.detail),
    }


def run_outcome_record(outcome: RunOutcome) -> dict[str, Any]:
    """What `run --json` prints; `folder` and `institutes` are of the lists, `digests` and `delivery` of the mails."""
    sending = outcome.sending
    return {
        "run": outcome.run,
        "as_of": outcome.as_of.isoformat(),
        "outcome": outcome.outcome,
        "sample": outcome.sample,
        "fetch": fetch_record(outcome.fetch) if outcome.fetch else None,
        "folder": str(outcome.folder) if outcome.folder else None,
        "institutes": [list_record(line) for line in outcome.lines],
        "digests": [line_record(line) for line in sending.lines] if sending else [],
        "delivery": delivery_record(sending.delivery, sending.left) if sending else None,
        "projects": project_report_record(outcome.projects) if outcome.projects else None,
        "problems": list(outcome.problems),
    }


def list_record(line: InstituteLine) -> dict[str, Any]:
    """One institute's list, in short."""
    return {"institute": line.institute, "matches": line.matches, "best": line.best, "fit": line.fit}
