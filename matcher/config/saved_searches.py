"""`searches` of a subscriber → `SavedSearch`: words, a part of a programme, types of action, a threshold, a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from matcher.config.mail_address import one_line
from matcher.config.mistake_words import describe_validation_error, dotted
from matcher.config.mistaken import Mistaken, told_at
from matcher.config.scalars import MEANT, NOTHING, meant
from matcher.errors import UsageError
from matcher.model.searched import SavedSearch, Search
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.model.language import Language
    from matcher.model.part_table import PartTable
    from matcher.model.parts import Part

EXAMPLE = "`- {words: groundwater recharge, part: cluster 6, action: RIA}`"

_MOST_NAME = 60


def _some_words(value: str) -> str:
    wanted = Mistaken("some words, 50 at most, all of which a call has to hold, as in {example}", example=EXAMPLE)
    try:
        if not Search(tuple(value.split())):
            raise wanted
    except UsageError as error:
        raise wanted from error
    return value


def _as_list(value: Any) -> Any:
    """One name, or several; nothing below the key is none."""
    if isinstance(value, str) and meant(value) is not None:
        return [value]
    return [] if meant(value) is None else value


Words = Annotated[str, AfterValidator(one_line), AfterValidator(_some_words)]
Named = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
Several = Annotated[list[Named], BeforeValidator(_as_list)]


class SearchEntry(BaseModel):
    """A search as it is written."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    words: Annotated[Words | None, NOTHING] = None
    part: Several = []
    action: Several = []
    threshold: Annotated[Annotated[int, Field(ge=0, le=100)] | None, MEANT] = None
    name: Annotated[Named | None, NOTHING] = None

    @model_validator(mode="before")
    @classmethod
    def _of_words(cls, entry: Any) -> Any:
        """`- groundwater recharge` is a search as well."""
        return {"words": entry} if isinstance(entry, str) else entry

    @model_validator(mode="after")
    def _asks_something(self) -> SearchEntry:
        if self.words is None and len(self.part) != 1:
            raise Mistaken("`words`, or one `part` whose name is searched for, as in {example}", example=EXAMPLE)
        return self


def saved_searches(
    entries: Sequence[Any], table: PartTable, at: str, language: Language, mistakes: list[Saying]
) -> tuple[SavedSearch, ...]:
    """The searches that are right; what is wrong in the others is told, with the way `at` which they stand."""
    found: dict[str, SavedSearch] = {}
    for number, raw in enumerate(entries):
        key = dotted(at, number)
        entry = _entry(raw, table, key, mistakes)
        if entry is None:
            continue
        parts = _parts(entry.part, table, dotted(key, "part"), mistakes)
        if entry.words is None and not parts:
            continue
        search = _saved(entry, parts, language)
        if search.name.casefold() in found:
            told = Saying("found {found} a second time, expected another {key}", found=repr(search.name), key="`name`")
            mistakes.append(told_at(key, told))
        found.setdefault(search.name.casefold(), search)
    return tuple(found.values())


def _entry(raw: Any, table: PartTable, key: str, mistakes: list[Saying]) -> SearchEntry | None:
    """The search as it is written; None for one that is wrong, of which every mistake is told."""
    try:
        return SearchEntry.model_validate(raw)
    except ValidationError as error:
        mistakes += describe_validation_error(error, (key,))
        wrong = {detail["loc"][0] for detail in error.errors(include_url=False) if detail["loc"]}
    if isinstance(raw, dict) and "part" not in wrong:
        _parts(_as_list(raw.get("part")), table, dotted(key, "part"), mistakes)
    return None


def _saved(entry: SearchEntry, parts: Sequence[Part], language: Language) -> SavedSearch:
    words = entry.words or parts[0].en
    name = entry.name or entry.words or parts[0].name_in(language)
    return SavedSearch(
        name=name if len(name) <= _MOST_NAME else f"{name[: _MOST_NAME - 1]}…",
        search=Search(tuple(words.split())),
        parts=tuple(dict.fromkeys(part.identifier for part in parts)),
        actions=tuple(action.upper() for action in entry.action),
        threshold=entry.threshold,
    )


def _parts(names: Sequence[str], table: PartTable, key: str, mistakes: list[Saying]) -> list[Part]:
    found = []
    for name in names:
        try:
            found.append(table.named(name))
        except UsageError as error:
            mistakes.append(told_at(key, error.saying))
    return found
