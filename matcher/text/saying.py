"""A sentence apart from what stands in it, so that whoever shows it may say it in another language."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def _as_it_is(value: object) -> object:
    return value


class Saying:
    """An English sentence with `{name}` places, and the values for them; a value may be a saying itself.

    `str()` is the English. Without values the sentence is text as it stands, braces and all.
    """

    __slots__ = ("sentence", "values")

    def __init__(self, sentence: str, /, **values: object) -> None:
        self.sentence = sentence
        self.values = values

    def of(self, **values: object) -> Saying:
        """The same sentence with values."""
        return Saying(self.sentence, **values)

    def __str__(self) -> str:
        return self.said(str)

    def said(self, translated: Callable[[str], str], shown: Callable[[object], object] = _as_it_is) -> str:
        """The sentence as `translated` gives it, its values put in as `shown` gives them."""
        text = translated(self.sentence) if self.sentence else ""
        if not self.values:
            return text
        return text.format(
            **{n: v.said(translated, shown) if isinstance(v, Saying) else shown(v) for n, v in self.values.items()}
        )


class Lines(Saying):
    """Several sayings, each on a line of its own behind two blanks."""

    __slots__ = ("lines",)

    def __init__(self, lines: Iterable[Saying]) -> None:
        super().__init__("")
        self.lines = tuple(lines)

    def said(self, translated: Callable[[str], str], shown: Callable[[object], object] = _as_it_is) -> str:
        return "\n".join(f"  {line.said(translated, shown)}" for line in self.lines)


def did_you_mean(near: Iterable[object]) -> Saying:
    """`did you mean A, B or C?`"""
    return Saying("did you mean {names}?", names=either(near))


def either(names: Iterable[object]) -> object:
    """`A, B or C`; a name may be what whoever shows it says in another language."""
    *before, last = names
    if not before:
        return last
    listed = {f"name{number}": name for number, name in enumerate(before)}
    return Saying("{names} or {last}", names=Saying(", ".join(f"{{{name}}}" for name in listed), **listed), last=last)
