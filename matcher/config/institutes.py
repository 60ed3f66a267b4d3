"""`config/institutes/*.yaml` → `Institute`: every file is checked and every mistake is told at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from matcher.config.files import parse_yaml, read_bytes
from matcher.config.fingerprint import institute_files, institutes_folder
from matcher.config.mistake_words import describe_validation_error
from matcher.config.mistaken import Mistaken, found_and_expected, told_at
from matcher.config.profile_keys import ByHandKeys, ProfileKeys
from matcher.errors import ConfigError, UsageError, shorten
from matcher.model.institute import ByHand, Institute, Lab, LegalName, Take
from matcher.model.project import Project
from matcher.text.saying import Saying, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_FILE_BYTES = 5_000_000
"""A profile with hundreds of past projects stays below this; anything larger is a mistake."""


@dataclass(frozen=True, slots=True)
class ReadInstitutes:
    """What the institutes' files hold."""

    institutes: tuple[Institute, ...]
    mistakes: list[Saying]
    unread: frozenset[str]
    """Names of institutes in files that are wrong, so far as they can be told: who names one makes no mistake."""


def load_institutes(config_dir: Path, standing: Mapping[str, str] | None = None) -> tuple[Institute, ...]:
    """Every institute of the configuration, by identifier.

    Args:
        config_dir: the configuration's folder.
        standing: texts of whole files that stand above those of the folder, by institute.

    Raises:
        ConfigError: with every mistake of every file, or when there is no file at all.
    """
    read = read_institutes(config_dir)
    if read.mistakes:
        raise ConfigError(read.mistakes)
    above = standing or {}
    return tuple(
        read_text(f"{one.identifier}.yaml", above[one.identifier]) if one.identifier in above else one
        for one in read.institutes
    )


def read_institutes(config_dir: Path) -> ReadInstitutes:
    """The institutes of those files that are right, by identifier, and every mistake of the others."""
    folder = institutes_folder(config_dir)
    paths = institute_files(config_dir)
    if not paths:
        none = told_at(folder, Saying("found no *.yaml file, expected one for each institute"))
        return ReadInstitutes((), [none], frozenset())
    mistakes: list[Saying] = []
    found = {path: _read(path, mistakes) for path in paths}
    institutes = tuple(i for i in found.values() if i is not None)
    unread = frozenset(name for path, institute in found.items() if institute is None for name in _named_in(path))
    known = {i.identifier for i in institutes} | unread
    mistakes += [
        told_at(
            folder / f"{i.identifier}.yaml",
            told_at("successor", found_and_expected(i.successor, Saying("the id of an institute"))),
        )
        for i in institutes
        if i.successor is not None and i.successor not in known
    ]
    mistakes += _shared_names({path: institute for path, institute in found.items() if institute is not None})
    return ReadInstitutes(institutes, mistakes, unread)


def _shared_names(found: Mapping[Path, Institute]) -> Iterator[Saying]:
    """What two institutes are called: whoever asks by that name would get one of them, whichever is read first."""
    named: dict[str, Path] = {}
    for path, institute in found.items():
        if (other := named.setdefault(institute.identifier, path)) is not path:
            yield told_at(path, told_at("id", _of_another(institute.identifier, other)))
    for path, institute in found.items():
        other = named.setdefault(institute.acronym.casefold(), path)
        if found[other].identifier != institute.identifier:
            yield told_at(path, told_at("acronym", _of_another(institute.acronym, other)))


def _of_another(name: str, file: Path) -> Saying:
    return found_and_expected(name, Saying("a name that no other institute has, and {file} has it", file=file.name))


def institute_of_file(config_dir: Path, identifier: str) -> Institute | None:
    """The institute whose file bears that name, in any case, where it is one and right; the others are not read."""
    wanted = identifier.strip().casefold()
    path = next((path for path in institute_files(config_dir) if path.stem == wanted), None)
    mistakes: list[Saying] = []
    institute = None if path is None else _read(path, mistakes)
    return None if mistakes else institute


def find_institute(institutes: Iterable[Institute], name: str) -> Institute:
    """The institute of that identifier or acronym, in any case; the message names near ones.

    Raises:
        UsageError: when there is none.
    """
    listed = list(institutes)
    wanted = name.strip().casefold()
    for institute in listed:
        if wanted in {institute.identifier, institute.acronym.casefold()}:
            return institute
    from difflib import get_close_matches

    near = get_close_matches(wanted, [i.identifier for i in listed], n=3, cutoff=0.5)
    hint = did_you_mean(near) if near else Saying("`matcher institutes` lists them.")
    raise UsageError("No institute is called {name}: {hint}", name=shorten(name), hint=hint)


def read_institute(path: Path) -> Institute:
    """The institute of one file. Raises ConfigError with every mistake."""
    mistakes: list[Saying] = []
    institute = _read(path, mistakes)
    if institute is None or mistakes:
        raise ConfigError(mistakes)
    return institute


def read_text(name: str, text: str) -> Institute:
    """The institute of a text that is, or shall be, a file of that name. Raises ConfigError with every mistake."""
    import tempfile  # seldom needed

    with tempfile.TemporaryDirectory(prefix="matcher-profile-") as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8")
        return read_institute(path)


_EXPECTED = Saying("keys such as id, name and keywords")


def _read(path: Path, mistakes: list[Saying]) -> Institute | None:
    try:
        institute = _parsed(read_bytes(path, MAX_FILE_BYTES, _EXPECTED))
    except Mistaken as error:
        mistakes.append(told_at(path, error.saying))
        return None
    except ValidationError as error:
        mistakes += [told_at(path, line) for line in describe_validation_error(error)]
        return None
    if institute.identifier != path.stem:
        expected = Saying("{name}, the name of the file", name=repr(path.stem))
        mistakes.append(told_at(path, told_at("id", found_and_expected(institute.identifier, expected))))
    return institute


@lru_cache(256)
def _parsed(data: bytes) -> Institute:
    """The institute of a file's content, made once: one profile that is edited leaves the others as they were.

    Raises Mistaken, ValidationError.
    """
    return _institute(ProfileKeys.model_validate(parse_yaml(data, _EXPECTED)))


def _named_in(path: Path) -> Iterator[str]:
    """What others may call the institute of a file that cannot be read: its file's name, and its acronym."""
    yield path.stem
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(MAX_FILE_BYTES)
    except OSError:
        return
    for found in re.finditer(r"^(?:id|acronym):[ \t]*(\S.*)$", text, re.MULTILINE):
        yield found[1].strip(" \t'\"").casefold()


def _institute(p: ProfileKeys) -> Institute:
    return Institute(
        identifier=p.id,
        acronym=p.acronym,
        name_en=p.name.en,
        name_fr=p.name.fr,
        label_2015=_known(p.label.year_2015),
        label_current=_known(p.label.current),
        label_note=p.label.note.strip(),
        successor=p.successor,
        location=p.location,
        website=p.website,
        legal_names=tuple(LegalName(e.name, e.pic, Take(e.take)) for e in p.legal_entities),
        domains=tuple(p.domains),
        sectors=tuple(p.sectors),
        keywords_en=tuple(p.keywords.en),
        keywords_fr=tuple(p.keywords.fr),
        description_en=p.description.en.strip(),
        description_fr=p.description.fr.strip(),
        labs=tuple(Lab(x.name, tuple(x.keywords.en), tuple(x.keywords.fr), _by_hand(x.cordis)) for x in p.labs),
        projects=tuple(Project(x.id, x.title, x.text, x.keywords, x.topic, x.date) for x in p.projects),
        include=tuple(p.include),
        exclude=tuple(p.exclude),
        pin=tuple(p.pin),
        cordis=_by_hand(p.cordis),
    )


def _by_hand(found: ByHandKeys) -> ByHand:
    return ByHand(tuple(found.add), tuple(found.drop))


def _known(value: Literal[True, False, "unknown"]) -> bool | None:
    return None if value == "unknown" else value


def institute_yaml(institute: Institute) -> str:
    """An institute as the text of its file: `load_institutes` reads the same from it."""
    import yaml

    return yaml.safe_dump(_raw(institute), allow_unicode=True, sort_keys=False, width=110)


def _raw(i: Institute) -> dict[str, Any]:
    """The keys of the file; optional ones only where there is something to say."""
    optional = {
        "successor": i.successor,
        "location": i.location,
        "website": i.website,
        "legal_entities": [_raw_entity(entity) for entity in i.legal_names],
        "domains": list(i.domains),
        "sectors": list(i.sectors),
        "description": _filled({"en": i.description_en, "fr": i.description_fr}),
        "labs": [_raw_lab(lab) for lab in i.labs],
        "projects": [_raw_project(project) for project in i.projects],
        "cordis": _raw_by_hand(i.cordis),
        "include": list(i.include),
        "exclude": list(i.exclude),
        "pin": list(i.pin),
    }
    label = {"2015": _said(i.label_2015), "current": _said(i.label_current), **_filled({"note": i.label_note})}
    return {
        "id": i.identifier,
        "acronym": i.acronym,
        "name": {"en": i.name_en, "fr": i.name_fr},
        "label": label,
        "keywords": _both(i.keywords_en, i.keywords_fr),
        **_filled(optional),
    }


def _raw_entity(entity: LegalName) -> dict[str, Any]:
    if entity.pic is None:
        return {"name": entity.name}
    return {"name": entity.name, "pic": entity.pic, "take": entity.take.value}


def _raw_lab(lab: Lab) -> dict[str, Any]:
    by_hand = _filled({"cordis": _raw_by_hand(lab.cordis)})
    return {"name": lab.name, "keywords": _both(lab.keywords_en, lab.keywords_fr), **by_hand}


def _raw_by_hand(by_hand: ByHand) -> dict[str, Any]:
    return _filled({"add": list(by_hand.add), "drop": list(by_hand.drop)})


def _raw_project(p: Project) -> dict[str, Any]:
    facts = {"text": p.text, "keywords": p.keywords, "topic": p.topic, "date": p.date}
    return {"id": p.identifier, "title": p.title, **_filled(facts)}


def _both(english: tuple[str, ...], french: tuple[str, ...]) -> dict[str, list[str]]:
    return {"en": list(english), "fr": list(french)}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _said(value: bool | None) -> bool | Literal["unknown"]:
    return "unknown" if value is None else value
