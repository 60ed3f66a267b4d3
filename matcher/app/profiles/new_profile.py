"""A file for an institute that has none: every key with what it means, checked as every other file is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from matcher.app.kept_index import current_index
from matcher.config.fingerprint import institutes_folder
from matcher.config.institutes import read_institute
from matcher.config.profile_template import skeleton
from matcher.disk import make_folder, write_file
from matcher.errors import DiskError, UsageError, shorten, system_reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matcher.app.home import Home
    from matcher.model.institute import ProposedSkill
    from matcher.model.profile_parts import ProfilePart

    Documents = Mapping[str, Sequence[ProfilePart]]

NEW = "new"
"""Asks for a new profile, so that no institute can be named so."""

NOTHING: Documents = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NewProfile:
    """The file that was written, and the skills that stand in it as proposals."""

    file: Path
    proposed: tuple[ProposedSkill, ...]


def write_new_profile(home: Home, identifier: str, documents: Documents = NOTHING) -> NewProfile:
    """Write the file of a new institute, with the skills that `documents` (what each says, by name) say as proposals.

    Raises:
        UsageError: where it may not be written.
        IndexMissing: where there are documents, and no calls yet to read them by.
        DiskError: where it cannot be written.
    """
    settings = home.settings
    if identifier == NEW or not re.fullmatch(r"[a-z0-9][a-z0-9-]*", identifier):
        raise UsageError(
            "{identifier} is no id: use small letters, digits and hyphens, as in `rocks-and-water`.",
            identifier=shorten(identifier),
        )
    if settings.origins.get("config") == "packaged":
        raise UsageError(
            "The configuration that ships is not yours to edit: copy it to a folder of your own, and "
            "name that with --config or MATCHER_CONFIG. It is in {folder}.",
            folder=settings.config_dir,
        )
    path = institutes_folder(settings.config_dir) / f"{identifier}.yaml"
    if path.exists() or path.with_suffix(".yml").exists():
        raise UsageError("{path} is there already: edit it, or choose another id.", path=path)
    proposed = _proposed(home, documents) if documents else ()
    try:
        make_folder(path.parent)
        write_file(path, skeleton(identifier, proposed).encode())
    except OSError as error:
        raise DiskError(
            "{path} could not be written ({reason}): choose another folder with --config.",
            path=path,
            reason=system_reason(error),
        ) from error
    read_institute(path)
    return NewProfile(path, proposed)


def _proposed(home: Home, documents: Documents) -> tuple[ProposedSkill, ...]:
    from matcher.ranking.proposals.proposing import proposed_skills

    return tuple(proposed_skills(current_index(home), documents))
