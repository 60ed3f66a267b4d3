"""The languages in which readers and officers are told."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """The languages that a mail can be written in."""

    FR = "fr"
    EN = "en"
