"""What `matcher.model.frozen` makes behaves as the library's frozen dataclasses do."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import field
from functools import cached_property

import pytest

from matcher.model import frozen


@frozen.dataclass(frozen=True, slots=True)
class Point:
    """A place."""

    x: int
    y: int = 2
    seen: tuple[str, ...] = field(default=(), compare=False)
    secret: str = field(default="", repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Like:
    x: int
    y: int = 2
    seen: tuple[str, ...] = field(default=(), compare=False)
    secret: str = field(default="", repr=False)


@frozen.dataclass(frozen=True)
class Whole:
    of: tuple[int, ...]
    name: str = "whole"

    @cached_property
    def total(self) -> int:
        return sum(self.of)


@frozen.dataclass(frozen=True, slots=True)
class Own:
    x: float

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and abs(self.x - other.x) < 1

    def __hash__(self) -> int:
        return 7


@frozen.dataclass(frozen=True, slots=True)
class Nothing:
    pass


@frozen.dataclass(frozen=True, slots=True)
class Reckoned:
    of: list[int] = field(default_factory=list)
    total: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.of))


def test_it_is_made_as_the_library_makes_it():
    assert inspect.signature(Point) == inspect.signature(Like)
    assert str(inspect.signature(Reckoned)) == "(of: 'list[int]' = <factory>) -> None"
    assert Reckoned([1, 2]).total == dataclasses.replace(Reckoned(), of=[3]).total == 3
    assert Reckoned().of is not Reckoned().of
    for make in (lambda: Point(), lambda: Point(1, 2, (), "", 5), lambda: Point(z=1)):
        with pytest.raises(TypeError):
            make()


def test_making_one_sets_its_fields_past_what_freezes_them(monkeypatch):
    """Or each field of a hundred thousand objects is first looked for."""
    monkeypatch.setattr(Point, "__setattr__", None)
    assert (Point(1).x, Point(1).y) == (1, 2)


def test_it_compares_and_is_found_in_sets_by_its_fields():
    assert Point(1) == Point(1, 2, ("there",))
    assert Point(1) != Point(1, 3)
    assert Point(1) != Like(1)
    assert len({Point(1), Point(1, 2, ("there",)), Point(2)}) == 2
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())


def test_it_shows_what_the_library_shows():
    assert repr(Point(1, secret="s")) == repr(Like(1, secret="s")).replace("Like", "Point")
    assert repr(Whole((1,))) == "Whole(of=(1,), name='whole')"


@pytest.mark.parametrize("made", [Point(1), Whole((1, 2))])
def test_no_field_is_set_twice_or_taken_away(made):
    first = dataclasses.fields(made)[0].name
    for name in (first, dataclasses.fields(made)[1].name):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, name, 5)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(made, name)
    with pytest.raises(AttributeError):
        setattr(Point(1), "z", 5)  # noqa: B010 (the name is no field)


def test_the_library_s_functions_take_it():
    assert dataclasses.replace(Point(1), y=5) == Point(1, 5)
    assert dataclasses.asdict(Point(1)) == dataclasses.asdict(Like(1))
    assert [f.name for f in dataclasses.fields(Point)] == ["x", "y", "seen", "secret"]
    assert dataclasses.is_dataclass(Whole)


def test_copies_and_pickles_are_equal():
    for made in (Point(1, secret="s"), Whole((1, 2))):
        assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made


def test_what_a_class_says_itself_stays():
    assert Own(1) == Own(1.5)
    assert hash(Own(1)) == 7
    whole = Whole((1, 2))
    assert (whole.total, whole.total) == (3, 3)


def test_only_frozen_ones_are_made():
    with pytest.raises(TypeError, match="dataclasses"):
        frozen.dataclass(frozen=False)
