"""What is wrong with a value or a file that people edit, as a sentence that can be said in their language."""

from __future__ import annotations

from matcher.errors import shorten
from matcher.text.saying import Saying


class Mistaken(ValueError):
    """A value that cannot be taken: `saying` is what is wrong with it, or what belongs there."""

    def __init__(self, sentence: str | Saying, /, **values: object) -> None:
        self.saying = sentence if isinstance(sentence, Saying) else Saying(sentence, **values)
        super().__init__(str(self.saying))


def told_at(place: object, mistake: object) -> Saying:
    """A mistake after the file, the key or the variable that it is in."""
    return Saying("{place}: {mistake}", place=place, mistake=mistake)


def at_line(number: int, mistake: object) -> Saying:
    """A mistake after the line that it is in."""
    return told_at(Saying("line {number}", number=number), mistake)


def found_and_expected(value: object, expected: object, hint: object = "") -> Saying:
    """What stands there, and what belongs there; a hint follows as it is."""
    return Saying("found {found}, expected {expected}{hint}", found=shorten(value), expected=expected, hint=hint)
