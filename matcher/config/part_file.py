"""`parts.yaml` → `PartTable`: the packaged table, and what a configuration puts beside or instead of its entries."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, RootModel, StringConstraints, ValidationError

from matcher.config.files import read_yaml
from matcher.config.fingerprint import parts_file
from matcher.config.mistake_words import describe_validation_error
from matcher.config.settings import packaged_config
from matcher.errors import ConfigError, shorten
from matcher.model.part_table import PartTable
from matcher.model.parts import Part, PartKind, Signs

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILE_BYTES = 1_000_000

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: PartKind
    en: _Name
    fr: _Name
    within: list[_Name] = []
    names: list[_Name] = []
    codes: list[_Name] = []
    divisions: list[_Name] = []
    actions: list[_Name] = []
    calls: list[_Name] = []
    titles: list[_Name] = []

    def part(self, identifier: str) -> Part:
        signs = Signs(
            tuple(self.codes),
            tuple(self.divisions),
            tuple(code.upper() for code in self.actions),
            tuple(self.calls),
            tuple(self.titles),
        )
        return Part(identifier, self.kind, self.en, self.fr, tuple(self.within), tuple(self.names), signs)


_File = RootModel[dict[Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]*$", max_length=60)], _Entry]]


@cache
def packaged_parts() -> PartTable:
    """The table that ships with the product."""
    return PartTable(_read(parts_file(packaged_config())).values())


def load_parts(config_dir: Path) -> PartTable:
    """The packaged table with the entries of a configuration in it, where it has some. Raises ConfigError."""
    path = parts_file(config_dir)
    packaged = packaged_parts()
    if not path.exists() or path.samefile(parts_file(packaged_config())):
        return packaged
    own = _read(path)
    merged = {part.identifier: part for part in packaged} | own
    if mistakes := [
        f"{path}: {name}.within: found {shorten(other)}, expected the key of another part"
        for name, part in own.items()
        for other in part.within
        if other not in merged
    ]:
        raise ConfigError(mistakes)
    return PartTable(merged.values())


def _read(path: Path) -> dict[str, Part]:
    try:
        raw = read_yaml(path, MAX_FILE_BYTES, "parts of programmes by key", may_be_empty=True)
        entries = _File.model_validate(raw).root
    except ValidationError as error:
        raise ConfigError([f"{path}: {line}" for line in describe_validation_error(error)]) from error
    except ValueError as error:
        raise ConfigError([f"{path}: {error}"]) from error
    return {name: entry.part(name) for name, entry in entries.items()}
