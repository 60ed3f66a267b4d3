"""A benchmark folder in memory: the benchmark that rankers see, and apart from it the answers.

The format is JSON Lines, gzipped or plain: `calls.jsonl`, `profiles.jsonl`, `documents.jsonl` (past projects, where
there are any) and `qrels.txt` in TREC form. A ranker is handed a `Benchmark`, which knows no path and no answer.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from matcher.errors import BenchmarkError
from matcher.model.call import Action, Call, Deadline, Section, Status
from matcher.model.institute import Take, project_part
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.model.project import Project
from matcher.ranking.build import NOTHING_KNOWN, Known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Item = TypeVar("Item")

PARTS = ("keywords", "keywords_fr", "description", "documents", "text")
"""What a profile can hold; `Benchmark.only` keeps some of them."""

MADE_UP = Path(__file__).parent / "made_up_example"
"""A folder that ships: calls, organisations and wins are invented, for whoever has no other."""

_SHARED = frozenset({"calls", "documents"})
_KIND_OF_PART = {"keyword": "keywords", "description": "description", "project": "documents", "text": "text"}
_HEADING = re.compile(
    r"(?:^|(?<=[.\n;]))[^\S\n]*"
    r"(Expected ?Outcomes?|Scope|Objectives?|Expected ?Impacts?|Specific ?Challenge)\s*:\s*"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a character, which no file and no terminal takes
MAX_LINE = 20_000_000
"""Characters of one line; a longer one is no call and no project."""
MAX_CHARACTERS = 2_000_000_000
"""Characters of one file once inflated; a compressed file that holds more is no benchmark but a trap."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is to be ranked for whom: no answers in it.

    Rankers are fitted on all `calls`, as the product is on its archive, and measured on the `candidates` among them.
    `groups` gives, per profile, its size, country and kind, and the profile that says the same in another language.
    """

    name: str
    calls: tuple[Call, ...]
    profiles: tuple[Profile, ...]
    groups: Mapping[str, Mapping[str, str]]
    candidates: frozenset[str]
    known: Known = NOTHING_KNOWN  # what the product's own ranker may learn from beside it

    def only(self, parts: frozenset[str]) -> Benchmark:
        """The benchmark with only these parts of each profile (names of `PARTS`)."""
        kept = tuple(replace(p, parts=tuple(x for x in p.parts if _part_name(x) in parts)) for p in self.profiles)
        return replace(self, profiles=kept)


Qrels = dict[str, dict[str, int]]
"""profile → call → relevance, as in TREC qrels."""


def load_benchmark(folder: Path, *, calls: str | None = None) -> Benchmark:
    """Read calls, profiles and documents; `calls` is a shell pattern for the identifiers of candidates.

    Raises:
        BenchmarkError: naming file, line and what was expected.
    """
    listed = tuple(_read(folder, "calls", _call))
    candidates = frozenset(c.identifier for c in listed if calls is None or fnmatchcase(c.identifier, calls))
    if not candidates:
        raise BenchmarkError(f"{folder}: no call{' matches ' + calls if calls else ''}; nothing to rank.")
    documents = {d.identifier: d for d in _read(folder, "documents", _document)} if _find(folder, "documents") else {}
    raw_profiles = list(_read(folder, "profiles", dict))
    profiles = tuple(_profile(folder, raw, documents) for raw in raw_profiles)
    groups = {
        profile.identifier: {
            "size": _size(raw),
            "country": str(raw.get("country") or "unknown"),
            "kind": _kind(raw),
            "same_as": str(raw.get("same_as") or profile.identifier),
        }
        for profile, raw in zip(profiles, raw_profiles, strict=True)
    }
    return Benchmark(folder.resolve().name, listed, profiles, groups, candidates)


def load_qrels(folder: Path) -> Qrels:
    """Read `qrels.txt`: `profile 0 call relevance` a line. Raises BenchmarkError."""
    path = folder / "qrels.txt"
    qrels: Qrels = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"{path}: cannot be read ({error}).") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            profile, _, call, relevance = line.split()
            qrels.setdefault(profile, {})[call] = _grade(relevance)
        except ValueError as error:
            raise BenchmarkError(f"{path}:{number}: found {line[:60]!r}, expected `profile 0 call 1`.") from error
    return qrels


def _grade(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,3}", text):
        raise ValueError("relevance")
    return int(text)


def _find(folder: Path, name: str) -> Path | None:
    """A file of the folder; calls and documents may be those of the folder that its name begins with.

    `horizon-europe-hosts` holds profiles only: its calls and documents are those of `horizon-europe` beside it.
    """
    places = [folder]
    if name in _SHARED:
        words = folder.resolve().name.split("-")
        places += [folder.resolve().parent / "-".join(words[:size]) for size in range(len(words) - 1, 0, -1)]
    files = (place / f"{name}.{suffix}" for place in places for suffix in ("jsonl.gz", "jsonl"))
    return next((path for path in files if path.is_file()), None)


def _read(folder: Path, name: str, parse: Callable[[dict[str, Any]], Item]) -> Iterator[Item]:
    path = _find(folder, name)
    if path is None:
        raise BenchmarkError(f"{folder}: found no {name}.jsonl or {name}.jsonl.gz; is this a benchmark folder?")
    number = size = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            while line := lines.readline(MAX_LINE):
                number += 1
                size += len(line)
                if size > MAX_CHARACTERS:
                    raise BenchmarkError(
                        f"{path}: found more than {MAX_CHARACTERS:,} characters; no benchmark is so large."
                    )
                if line.strip():
                    yield parse(_mapping(json.loads(line)))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BenchmarkError(f"{path}: cannot be read after line {number} ({error}).") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BenchmarkError(f"{path}:{number}: not a line of {name} ({type(error).__name__}: {error}).") from error


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("expected a JSON object")
    return value


def _call(raw: dict[str, Any]) -> Call:
    model = _text(raw, "deadline_model") or None
    deadlines = sorted(date.fromisoformat(day) for day in raw.get("deadlines") or ())
    action = _text(raw, "action")
    return Call(
        identifier=_text(raw, "id", required=True),
        title=_text(raw, "title"),
        programme=_text(raw, "programme") or None,
        call_id=_text(raw, "call_id") or _text(raw, "call") or None,
        call_title=_text(raw, "call_title") or None,
        status=Status.CLOSED,
        opening=date.fromisoformat(raw["opening"]) if raw.get("opening") else None,
        deadlines=tuple(Deadline(day, stage, model) for stage, day in enumerate(deadlines, 1)),
        deadline_model=model,
        actions=(Action(action),) if action else (),
        destination=_text(raw, "destination") or None,
        keywords=tuple(_texts(raw, "keywords")),
        sections=tuple(split_sections(_text(raw, "description"))),
    )


def split_sections(text: str) -> Iterator[Section]:
    """The parts of a running text that starts them with `Expected Outcome:`, `Scope:` and the like."""
    pieces = _HEADING.split(text)
    if pieces[0].strip():
        yield Section("Description", pieces[0].strip())
    for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
        spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
        if body.strip():
            yield Section(spaced, body.strip())


def _document(raw: dict[str, Any]) -> Project:
    signed = _text(raw, "date")
    return Project(
        identifier=_text(raw, "id", required=True),
        title=_text(raw, "title"),
        text=_text(raw, "text"),
        keywords=_text(raw, "keywords"),
        topic=_text(raw, "topic") or None,
        date=date.fromisoformat(signed) if signed else None,
    )


def _profile(folder: Path, raw: dict[str, Any], documents: Mapping[str, Project]) -> Profile:
    try:
        identifier = _text(raw, "id", required=True)
        parts = [ProfilePart("text", "text", text, _text(raw, "language") or "en") for text in _typed(raw)]
        parts += [ProfilePart("keyword", word, word, "en") for word in _texts(raw, "keywords")]
        parts += [ProfilePart("keyword", word, word, "fr") for word in _texts(raw, "keywords_fr")]
        if description := _text(raw, "description"):
            parts.append(ProfilePart("description", "description", description, "en"))
        selected = Take(_text(raw, "take") or "all") is Take.SELECTED
        parts += [project_part(documents[name], selected=selected) for name in _texts(raw, "documents")]
        return Profile(identifier, _text(raw, "name") or identifier, tuple(parts))
    except KeyError as error:
        name = f"{raw.get('id')!r:.60}"
        raise BenchmarkError(f"{folder}: profile {name} names {error!s:.60}, which is not there.") from error
    except (TypeError, ValueError) as error:
        raise BenchmarkError(f"{folder}: profile {raw.get('id')!r:.60}: {error}.") from error


def _typed(raw: dict[str, Any]) -> list[str]:
    text = _text(raw, "text")
    return [text] if text else []


def _text(raw: Mapping[str, Any], key: str, *, required: bool = False) -> str:
    value = raw.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value):
        raise TypeError(f"{key}: found {value!r:.60}, expected text")
    return _SURROGATE.sub("\ufffd", value)


def _texts(raw: Mapping[str, Any], key: str) -> list[str]:
    value = raw.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"{key}: found {value!r:.60}, expected a list of texts")
    return [_SURROGATE.sub("\ufffd", item) for item in value]


def _part_name(part: ProfilePart) -> str:
    return "keywords_fr" if part.language == "fr" else _KIND_OF_PART[part.kind]


def _kind(raw: Mapping[str, Any]) -> str:
    """What a topic is: an institute, a group, a typed text, those in French apart; `profile` where nothing tells."""
    kind = str(raw.get("kind") or "profile")
    return f"{kind} ({raw['language']})" if raw.get("language") not in {None, "en"} else kind


def _size(raw: Mapping[str, Any]) -> str:
    """How much a profile holds, in classes that a breakdown can show."""
    count = len(raw.get("documents") or ())
    if not count:
        return "written"
    edges = ((5, "3-5 projects"), (10, "6-10 projects"), (20, "11-20 projects"), (50, "21-50 projects"))
    return next((label for edge, label in edges if count <= edge), "over 50 projects")
