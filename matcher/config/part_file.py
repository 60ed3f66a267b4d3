"""`parts.yaml` → `PartTable`: the packaged table, and what a configuration puts beside or instead of its entries."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, RootModel, StringConstraints, ValidationError

from matcher.config.files import read_yaml
from matcher.config.fingerprint import parts_file
from matcher.config.mistake_words import describe_validation_error, like
from matcher.config.mistaken import Mistaken, found_and_expected, told_at
from matcher.config.settings import packaged_config
from matcher.errors import ConfigError
from matcher.model.part_table import PartTable
from matcher.model.parts import Part, PartKind, Signs
from matcher.text.saying import Saying

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


_Key = Annotated[str, like(r"[A-Z0-9][A-Z0-9-]{0,59}", Saying("capitals, digits and hyphens, 60 at most"))]

_File = RootModel[dict[_Key, _Entry]]


@cache
def packaged_parts() -> PartTable:
    """The table that ships with the product."""
    parts, mistakes = _read(parts_file(packaged_config()))
    if mistakes:
        raise ConfigError(mistakes)
    return PartTable(parts.values())


def load_parts(config_dir: Path) -> PartTable:
    """The packaged table with the entries of a configuration in it, where it has some. Raises ConfigError."""
    table, mistakes = read_parts(config_dir)
    if mistakes:
        raise ConfigError(mistakes)
    return table


def read_parts(config_dir: Path) -> tuple[PartTable, list[Saying]]:
    """The same, and every mistake of the file; an entry that is wrong stands in the table by what it is called."""
    path = parts_file(config_dir)
    packaged = packaged_parts()
    if not path.exists() or path.samefile(parts_file(packaged_config())):
        return packaged, []
    own, mistakes = _read(path)
    merged = {part.identifier: part for part in packaged} | own
    mistakes += [
        told_at(path, told_at(f"{name}.within", found_and_expected(other, Saying("the key of another part"))))
        for name, part in own.items()
        for other in part.within
        if other not in merged
    ]
    return PartTable(merged.values()), mistakes


def _read(path: Path) -> tuple[dict[str, Part], list[Saying]]:
    try:
        raw = read_yaml(path, MAX_FILE_BYTES, Saying("parts of programmes by key"), may_be_empty=True)
    except Mistaken as error:
        return {}, [told_at(path, error.saying)]
    try:
        return {name: entry.part(name) for name, entry in _File.model_validate(raw).root.items()}, []
    except ValidationError as error:
        mistakes = [told_at(path, line) for line in describe_validation_error(error)]
        wrong = {detail["loc"][0] for detail in error.errors(include_url=False) if detail["loc"]}
    right = _File.model_validate({name: entry for name, entry in raw.items() if name not in wrong}).root
    stand_ins = {str(name): _stand_in(str(name), raw[name]) for name in wrong}
    return stand_ins | {name: entry.part(name) for name, entry in right.items()}, mistakes


def _stand_in(name: str, raw: object) -> Part:
    """A part that is wrong as those know it who name it: what they write is no mistake of theirs."""
    given = raw if isinstance(raw, dict) else {}
    listed = given.get("names")
    called = [given.get("en"), given.get("fr"), *(listed if isinstance(listed, list) else [])]
    names = [one for one in called if isinstance(one, str) and one] or [name]
    return Part(name, PartKind.STRAND, names[0], names[0], (), tuple(names))
