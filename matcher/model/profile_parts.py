"""What calls are scored against: a profile, in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.frozen import dataclass

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class ProfilePart:
    """One text of a profile and where it comes from (`label` is shown as evidence)."""

    kind: str  # keyword, lab, description, project, text
    label: str
    text: str
    language: str = "en"
    topic: str | None = None
    date: date | None = None
    number: str = ""  # of a project that CORDIS lists
    selected: bool = False  # of a larger entity: it counts where a skill selects it
    passage: int = 0  # of a long text, from 1
    weight: float = 1.0  # of a skill against the others, where a person said so


@dataclass(frozen=True, slots=True)
class Profile:
    """What a call is scored against."""

    identifier: str
    name: str
    parts: tuple[ProfilePart, ...]
    exclude: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    acronym: str = ""
