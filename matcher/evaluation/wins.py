"""CORDIS's CSV dumps → a benchmark folder: what an organisation had won by a day, and what it won from then on.

Reads `project.csv` and `organization.csv` as CORDIS publishes them per framework programme (semicolons, a header
line, UTF-8), and `topics.csv` for titles where it is there. CORDIS does not hold the texts of calls: they come from
the calls that the caller knows (the store's), else a call has its title, else only its identifier.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from matcher.errors import BenchmarkError
from matcher.model.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from matcher.model.call import Call
    from matcher.model.institute import Graded

PROJECT_COLUMNS = ("id", "title", "objective", "topics", "ecSignatureDate", "startDate")

ORGANISATION_COLUMNS = ("projectID", "organisationID", "name", "country")

TOPIC_COLUMNS = ("topic", "title")

_LONGEST_FIELD = 10_000_000


@dataclass(frozen=True, slots=True)
class Built:
    """What went into the folder, and how many rows of the dumps could not be used."""

    profiles: int
    documents: int
    calls: int
    wins: int
    without_text: int
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class _Won:
    """A project of which topic and day are known."""

    project: Project
    topic: str
    signed: date


@dataclass
class _Participations:
    """Organisations by identifier: name, country, and the projects that each takes part in."""

    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    projects: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    set_aside: int = 0


def build_benchmark(source: Path, folder: Path, cutoff: date, known: Iterable[Call] = ()) -> Built:
    """Write the benchmark of every organisation with a project before the cut-off and a win from it on.

    A win counts for a topic that the organisation had not won before. `known` calls give the texts.

    Raises:
        BenchmarkError: when a file or one of its columns is missing.
    """
    projects, set_aside = _projects(source / "project.csv")
    participations = _participations(source / "organization.csv", projects)
    titles = dict(_titles(source / "topics.csv"))
    texts = {call.identifier.upper(): call for call in known}
    profiles, wins = _split(participations, projects, cutoff)
    topics = sorted({topic for won in wins.values() for topic in won})
    calls = [_call_line(topic, texts.get(topic.upper()), titles.get(topic)) for topic in topics]
    used = sorted({name for profile in profiles for name in profile["documents"]})
    grades = {profile: dict.fromkeys(won, 1) for profile, won in wins.items()}
    built = _write_folder(folder, calls, [_document_line(projects[name].project) for name in used], profiles, grades)
    return replace(built, set_aside=set_aside + participations.set_aside)


def write_judged(folder: Path, judged: Iterable[Graded], calls: Iterable[Call]) -> Built:
    """Write the benchmark of institutes: what their files say, their past projects, and how relevant calls were."""
    lines = [_call_line(call.identifier, call, None) for call in calls]
    profiles: list[dict[str, Any]] = []
    documents: dict[str, dict[str, str]] = {}
    grades: dict[str, Mapping[str, int]] = {}
    for one in judged:
        institute = one.institute
        documents |= {past.identifier: _document_line(past) for past in one.past}
        grades[institute.identifier] = one.grades
        profiles.append(
            {
                "id": institute.identifier,
                "name": institute.name_en,
                "country": "FR",
                "keywords": [*institute.keywords_en, *(word for lab in institute.labs for word in lab.keywords_en)],
                "keywords_fr": list(institute.keywords_fr),
                "description": institute.description_en,
                "documents": [past.identifier for past in one.past],
            }
        )
    return _write_folder(folder, lines, list(documents.values()), profiles, grades)


def _write_folder(
    folder: Path,
    calls: Sequence[Mapping[str, Any]],
    documents: Sequence[Mapping[str, Any]],
    profiles: Sequence[Mapping[str, Any]],
    grades: Mapping[str, Mapping[str, int]],
) -> Built:
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "calls.jsonl.gz", calls)
    _write(folder / "documents.jsonl.gz", documents)
    _write(folder / "profiles.jsonl.gz", profiles)
    lines = [
        f"{profile} 0 {call} {grade}\n" for profile in sorted(grades) for call, grade in sorted(grades[profile].items())
    ]
    (folder / "qrels.txt").write_text("".join(lines), encoding="utf-8")
    without_text = sum(not call["description"] for call in calls)
    return Built(len(profiles), len(documents), len(calls), len(lines), without_text)


def _projects(path: Path) -> tuple[dict[str, _Won], int]:
    projects: dict[str, _Won] = {}
    set_aside = 0
    for row in _rows(path, PROJECT_COLUMNS):
        won = _won(row)
        if won is None:
            set_aside += 1
        else:
            projects[won.project.identifier] = won
    return projects, set_aside


def _won(row: Mapping[str, str]) -> _Won | None:
    """None for a row without an identifier, a topic or a day; names with spaces would break the lines of qrels."""
    topic = row["topics"].replace(",", ";").split(";")[0].strip()
    signed = _day(row["ecSignatureDate"]) or _day(row["startDate"])
    if not _is_name(row["id"]) or not _is_name(topic) or signed is None:
        return None
    project = Project(row["id"], row["title"], row["objective"], row.get("keywords", ""), topic, signed)
    return _Won(project, topic, signed)


def _participations(path: Path, projects: Mapping[str, _Won]) -> _Participations:
    found = _Participations()
    for row in _rows(path, ORGANISATION_COLUMNS):
        organisation = row["organisationID"]
        if not _is_name(organisation) or row["projectID"] not in projects:
            found.set_aside += 1
            continue
        found.names.setdefault(organisation, (row["name"], row["country"]))
        found.projects[organisation].add(row["projectID"])
    return found


def _split(
    found: _Participations, projects: Mapping[str, _Won], cutoff: date
) -> tuple[list[dict[str, Any]], dict[str, set[str]]]:
    """Profiles of what was there before the cut-off, and the topics that each won from it on."""
    profiles: list[dict[str, Any]] = []
    wins: dict[str, set[str]] = {}
    for organisation, names in sorted(found.projects.items()):
        past = sorted(name for name in names if projects[name].signed < cutoff)
        known = {projects[name].topic for name in past}
        won = {projects[name].topic for name in names if projects[name].signed >= cutoff} - known
        if past and won:
            name, country = found.names[organisation]
            profiles.append({"id": organisation, "name": name, "country": country, "documents": past})
            wins[organisation] = won
    return profiles, wins


def _titles(path: Path) -> Iterator[tuple[str, str]]:
    if path.is_file():
        for row in _rows(path, TOPIC_COLUMNS):
            yield row["topic"], row["title"]


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Rows with every column as stripped text; a short row has empty texts, a line without end is cut."""
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            lines = iter(lambda: file.readline(_LONGEST_FIELD), "")
            reader = csv.DictReader((line.replace("\0", "") for line in lines), delimiter=";", restval="")
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise BenchmarkError(f"{path}: found no column {', '.join(missing)}; is this CORDIS's CSV dump?")
            for row in reader:
                yield {key: value.strip() for key, value in row.items() if isinstance(value, str)}
    except OSError as error:
        raise BenchmarkError(f"{path}: cannot be read ({error.strerror}).") from error
    except csv.Error as error:
        raise BenchmarkError(f"{path}: not a CSV file with semicolons ({error}).") from error


def _is_name(text: str) -> bool:
    return len(text.split()) == 1


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _call_line(topic: str, known: Call | None, title: str | None) -> dict[str, Any]:
    if known is None:
        return {"id": topic, "title": title or topic, "description": "", "programme": topic.split("-")[0]}
    text = "\n".join(f"{section.name}: {section.text}" for section in known.sections)
    return {
        "id": topic,
        "title": known.title,
        "description": text,
        "programme": known.programme or topic.split("-")[0],
        "call_id": known.call_id,
        "call_title": known.call_title,
        "action": known.actions[0].code if known.actions else None,
        "destination": known.destination,
        "opening": known.opening.isoformat() if known.opening else None,
        "deadlines": [deadline.date.isoformat() for deadline in known.deadlines],
        "deadline_model": known.deadline_model,
    }


def _document_line(project: Project) -> dict[str, str]:
    return {
        "id": project.identifier,
        "title": project.title,
        "text": project.text,
        "keywords": project.keywords,
        "topic": project.topic or "",
        "date": project.date.isoformat() if project.date else "",
    }


def _write(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
