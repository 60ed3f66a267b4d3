"""What fails in a way that nobody foresaw, set aside and told, so that what belongs to others goes on."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from matcher.errors import DiskError, MatcherError, StoreError, UsageError
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_log = logging.getLogger("matcher.runs")

EVERYBODYS = (StoreError, DiskError, OSError, MemoryError)
"""Troubles of the machine: a database, a disk, memory."""

_Name = TypeVar("_Name")
_Found = TypeVar("_Found")


@dataclass(slots=True)
class Mishaps:
    """What failed for one of many (an institute, a reader, a search), and a sentence on each.

    What would fail for the others too (`EVERYBODYS`) goes on as it is, and so does what whoever asks is told as
    `foreseen`.
    """

    problems: list[str] = field(default_factory=list)
    foreseen: tuple[type[Exception], ...] = ()

    def each(
        self, work: Callable[[_Name], _Found], names: Iterable[_Name], saying: Callable[[_Name], Saying]
    ) -> tuple[Mapping[_Name, _Found], Mapping[_Name, str]]:
        """What the work brings for each, and of those where it fails what went wrong, told by a sentence."""
        found: dict[_Name, _Found] = {}
        failed: dict[_Name, str] = {}
        raised: tuple[type[Exception], ...] = (*EVERYBODYS, *self.foreseen)
        for name in names:
            try:
                found[name] = work(name)
            except raised:
                raise
            except Exception as error:  # noqa: BLE001  (what one holds must not cost the others theirs)
                failed[name] = self.tell(saying(name), error)
        return found, failed

    def one(self, work: Callable[[], _Found], saying: Saying | str) -> _Found | None:
        """What some work brings; None where it fails, which a sentence tells."""
        try:
            return work()
        except EVERYBODYS:
            raise
        except Exception as error:  # noqa: BLE001  (as in `each`)
            self.tell(saying, error)
            return None

    def tell(self, saying: Saying | str, error: Exception) -> str:
        """Keep a sentence on what failed, and why, once."""
        sentence = f"{saying}: {cause(error)}"
        _log.debug("%s", sentence, exc_info=error)
        if sentence not in self.problems:
            self.problems.append(sentence)
        return sentence


def answered(work: Callable[[str], _Found], names: Sequence[str]) -> tuple[list[_Found], tuple[str, ...]]:
    """What a question brings for each of these institutes and labs, and a sentence on each of several that fails.

    Raises UsageError for what makes no sense, and MatcherError where all fail; of one alone its error goes on as it is.
    """
    if len(names) == 1:
        return [work(names[0])], ()
    mishaps = Mishaps(foreseen=(UsageError,))
    found, failed = mishaps.each(work, names, unsuited)
    if failed and not found:
        raise MatcherError(mishaps.problems[0])
    return list(found.values()), tuple(mishaps.problems)


def unsuited(name: str) -> Saying:
    """What is told of an institute or a lab that cannot be compared with the calls, before the cause."""
    return Saying("What suits {name} could not be worked out", name=name)


def cause(error: Exception) -> str:
    """What went wrong: in our words, or in those of what nobody foresaw."""
    return str(error) if isinstance(error, MatcherError) else f"{type(error).__name__}: {error}"
