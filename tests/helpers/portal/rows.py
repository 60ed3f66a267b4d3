"""Rows for the local portal: builders in the real format, and the recorded pages where they are present."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.helpers.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]
RECORDED = SHARED / "portal" / "recorded"
SINGLE_ROWS = SHARED / "portal" / "rows.json.gz"

OPEN, FORTHCOMING, CLOSED = "31094502", "31094501", "31094503"
HORIZON, DIGITAL, LIFE = "43108390", "43152860", "43252405"
PORTAL_PAGE = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/"


def topic(number: int, *, language: str = "en", datasource: str = "SEDIA", **metadata: object) -> Row:
    """A topic like the portal's, with everything in it; keyword arguments replace metadata (None takes a field out)."""
    call = f"HORIZON-TEST-2027-{number // 10:04d}"
    identifier = f"{call}-{number % 10:02d}"
    opening = date(2026, 9, 1) + timedelta(days=number % 300)
    deadline = opening + timedelta(days=120)
    fields: Row = {
        "identifier": [identifier],
        "title": [f"Quieter pumps for district heating, part {number}"],
        "callIdentifier": [call],
        "callTitle": ["HEAT AND COLD"],
        "type": ["1"],
        "status": [FORTHCOMING],
        "sortStatus": ["2"],
        "startDate": [f"{opening}T00:00:00.000+0000"],
        "deadlineDate": [f"{deadline}T00:00:00.000+0000"],
        "deadlineModel": ["single-stage"],
        "frameworkProgramme": [HORIZON],
        "programmePeriod": ["2021 - 2027"],
        "typesOfAction": ["HORIZON Innovation Actions"],
        "keywords": [identifier, call, "Heat pumps"],
        "tags": ["District heating"],
        "crossCuttingPriorities": ["AI", "DigitalAgenda"],
        "destinationDescription": ["Warm homes (2026-27)"],
        "descriptionByte": [description(number)],
        "actions": [actions("HORIZON-IA HORIZON Innovation Actions", opening, [deadline])],
        "budgetOverview": [budget([line(identifier), line(f"{call}-99", pot={"2027": "7000000"})])],
        "links": ["[]"],
        "latestInfos": ["[]"],
        "DATASOURCE": [datasource],
        "language": [language],
        "esDA_IngestDate": ["2026-06-01T09:00:00.000+0200"],
        "es_SortDate": [f"{opening}T00:00:00.000+0000"],
    }
    fields.update(metadata)
    title = (fields.get("title") or [""])[0]
    return {
        "apiVersion": "2.148",
        "reference": f"{number:08d}TOPICS{language}",
        "url": PORTAL_PAGE + identifier,
        "language": language,
        "summary": title,
        "content": title,
        "checksum": None,
        "database": datasource,
        "metadata": {name: value for name, value in fields.items() if value is not None},
    }


def listing(count: int, **metadata: object) -> list[Row]:
    """`count` topics that differ in number, dates and text."""
    return [topic(number, **metadata) for number in range(count)]


def small(number: int, *, programme: str = HORIZON, start: str | None = None) -> Row:
    """A topic with the fewest fields, for listings of many thousands."""
    identifier = f"MANY-{number:06d}"
    fields: Row = {
        "identifier": [identifier],
        "title": [f"Topic {number}"],
        "type": ["1"],
        "status": [OPEN],
        "frameworkProgramme": [programme],
        "DATASOURCE": ["SEDIA"],
        "language": ["en"],
        "startDate": [start] if start else [],
        "deadlineDate": ["2027-03-01T00:00:00.000+0000"],
        "callIdentifier": ["MANY"],
        "esDA_IngestDate": ["2026-06-01T09:00:00.000+0200"],
        "descriptionByte": ["<p>Short.</p>"],
        "actions": ["[]"],
        "budgetOverview": ["{}"],
    }
    return {"reference": f"{number}TOPICSen", "url": PORTAL_PAGE + identifier, "language": "en", "metadata": fields}


def external(number: int, **metadata: object) -> Row:
    """A call of the external action (type 2): a plain budget, no actions, a page of its own."""
    identifier = f"EuropeAid/{number}/DD/ACT/XX"
    fields: Row = {
        "identifier": [identifier],
        "title": ["Better markets for mountain farmers"],
        "type": ["2"],
        "status": [OPEN],
        "frameworkProgramme": ["111111"],
        "callIdentifier": [str(number)],
        "currency": ["EUR"],
        "budget": ["2500000"],
        "startDate": ["2026-06-02T10:00:32.000+0000"],
        "deadlineDate": ["2026-12-01T10:00:44.000+0000"],
        "DATASOURCE": ["SEDIA"],
        "language": ["en"],
        "esDA_IngestDate": ["2026-06-02T12:01:00.299+0200"],
    }
    fields.update(metadata)
    url = f"https://webgate.ec.europa.eu/prospect/external/publishedcalls.htm?callId={number}"
    return {"reference": f"{number}PROSPECTSEN", "url": url, "language": "en", "metadata": fields}


def cascade(number: int, parent: str, **metadata: object) -> Row:
    """A cascade call (type 8), which carries its parent topic's identifier and title."""
    fields: Row = {
        "identifier": [parent],
        "title": ["The parent topic's title"],
        "callTitle": [f"Open call {number} for small companies"],
        "type": ["8"],
        "status": [OPEN],
        "frameworkProgramme": [HORIZON],
        "deadlineDate": ["2026-11-03T16:00:00.000+0000"],
        "DATASOURCE": ["SEDIA"],
        "language": ["en"],
        "esDA_IngestDate": ["2026-06-03T12:01:00.000+0200"],
    }
    fields.update(metadata)
    url = f"https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/competitive-calls-cs/{number}"
    return {"reference": f"{number}COMPETITIVE_CALLen", "url": url, "language": "en", "metadata": fields}


def description(number: int) -> str:
    """The HTML of a description: two headed sections and a `null` one with the TRL sentence."""
    return (
        '<p class="topicdescriptionkind">Expected Outcome:</p><ul><li>Pumps that need less power;</li>'
        f"<li>and make <b>less</b> noise than pump {number}.</li></ul>"
        '<p class="topicdescriptionkind">Scope:</p><p>Bearings &amp; rotors are in scope.</p><p>Valves are not.</p>'
        '<p class="topicdescriptionkind">null</p>'
        "<p>Projects should start at TRL 4 and end at TRL 6-7.</p>"
    )


def actions(kind: str, opening: date, deadlines: list[date], model: str = "single-stage") -> str:
    """The JSON string of `actions`."""
    return json.dumps(
        [
            {
                "types": [{"typeOfAction": kind, "typeOfMGA": [{"id": 1, "abbreviation": "HORIZON-AG"}]}],
                "status": {"id": 31094501, "abbreviation": "Forthcoming"},
                "plannedOpeningDate": str(opening),
                "submissionProcedure": {"id": 31094504, "abbreviation": model, "description": model},
                "deadlineDates": [str(day) for day in deadlines],
            }
        ]
    )


def line(
    identifier: str,
    *,
    code: str = "HORIZON-IA",
    pot: dict[str, str] | None = None,
    low: int = 3_000_000,
    high: int = 5_000_000,
    grants: int = 4,
) -> Row:
    """One line of a call's budget."""
    return {
        "action": f"{identifier} - {code} Some label",
        "expectedGrants": grants,
        "minContribution": low,
        "maxContribution": high,
        "budgetYearMap": {"2027": "20000000"} if pot is None else pot,
        "plannedOpeningDate": "2026-09-01",
        "deadlineModel": "single-stage",
        "deadlineDates": ["2027-01-14"],
    }


def budget(lines: list[Row]) -> str:
    """The JSON string of `budgetOverview`."""
    return json.dumps({"budgetYearsColumns": ["2027"], "budgetTopicActionMap": {"112913": lines}})


def bulk_item(number: int, **changes: object) -> Row:
    """An item of grantsTenders.json: epoch milliseconds, the misspelt key, an empty `deadlineModel`."""
    item: Row = {
        "type": 1,
        "ccm2Id": 40_000_000 + number,
        "identifier": f"H2020-TEST-{number:05d}",
        "title": f"Archived topic {number}",
        "callIdentifier": "H2020-TEST",
        "callTitle": "Archived calls",
        "frameworkProgramme": {"id": 31045243, "abbreviation": "H2020", "description": "Horizon 2020"},
        "status": {"id": 31094503, "abbreviation": "Closed", "description": "Closed"},
        "plannedOpeningDateLong": 1_510_009_200_000,  # 7 November 2017, midnight in Brussels
        "deadlineDatesLong": [1_521_561_600_000],  # 20 March 2018, 17:00 in Brussels
        "deadlineModel": {},
        "sumbissionProcedure": {"id": 31094504, "abbreviation": "single-stage", "description": "single-stage"},
        "actions": [
            {
                "types": [{"typeOfAction": "RIA Research and Innovation action", "typeOfMga": []}],
                "sumbissionProcedure": {"id": 31094504, "abbreviation": "single-stage"},
                "deadlineDates": ["20 March 2018 17:00:00 Brussels time"],
            }
        ],
        "keywords": ["Heat pumps"],
        "tags": [],
    }
    item.update(changes)
    return item


def bulk_json(items: list[Row]) -> bytes:
    """The archive file of these items."""
    return json.dumps({"fundingData": {"GrantTenderObj": items}}).encode()


def recorded_rows(folder: Path = RECORDED) -> list[Row]:
    """Every distinct row of the recorded pages below a folder, told apart by DATASOURCE, reference and url."""
    distinct: dict[tuple[object, ...], Row] = {}
    for path in sorted(folder.rglob("page-*.json*")):
        for row in json.loads(read(path))["results"]:
            distinct[row["metadata"]["DATASOURCE"][0], row["reference"], row["url"]] = row
    return list(distinct.values())


def single_rows() -> dict[str, list[Row]]:
    """The recorded single rows, by the quirk they show."""
    named = json.loads(read(SINGLE_ROWS))
    return {name: entry.get("rows") or [entry["row"]] for name, entry in named.items()}


def read(path: Path) -> bytes:
    """A file's bytes, unpacked where it is compressed."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
