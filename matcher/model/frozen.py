"""Frozen dataclasses that are quick to make, for the modules that a command loads while a person waits.

The library writes six methods of each as text and has each compiled: half a millisecond a class, a sixth of the time
that `matcher rank` takes. Here only `__init__` is, past what freezes the fields, as the library does it for frozen
classes: objects are made by the hundred thousand. What compares, shows and freezes is one function for all, over the
names of the fields. In all else they are the library's, so `replace`, `fields` and `asdict` take them.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool = False, repr: bool = True) -> Callable[[type], type]:  # noqa: A002
        """As `dataclasses.dataclass`, for frozen classes only."""
        if not frozen:
            raise TypeError("only frozen classes are made here, others by dataclasses.dataclass")
        methods = [_set_once if slots else _set_new, _keep, _equal, _hash, *([_show] if repr else [])]
        return lambda cls: _made(cls, methods, slots=slots)


__all__ = ["dataclass"]


def _made(cls: type, methods: list[Callable[..., Any]], *, slots: bool) -> type:
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__  # the library would work out its signature to say that
    for method in methods:
        if method.__name__ not in cls.__dict__:
            setattr(cls, method.__name__, method)
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    made.__init__ = _init(made)
    compared = [field.name for field in dataclasses.fields(made) if field.compare]
    made._compared = attrgetter(*compared) if compared else type
    return made  # type: ignore[no-any-return]


class _Factory:
    """Stands for a default that is made for each object."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY = _Factory()


def _init(made: Any) -> Callable[..., None]:
    """Takes the fields, and sets each past `__setattr__`; a field that it does not take is left to `__post_init__`."""
    taken = [field for field in dataclasses.fields(made) if field.init]
    names: dict[str, Any] = {"__name__": made.__module__, "_set": object.__setattr__, "_FACTORY": _FACTORY}
    arguments, body = ["self"], []
    for place, field in enumerate(taken):
        argument = value = field.name
        if field.default_factory is not dataclasses.MISSING:
            names[f"_made{place}"] = field.default_factory
            argument, value = f"{argument}=_FACTORY", f"_made{place}() if {argument} is _FACTORY else {argument}"
        elif field.default is not dataclasses.MISSING:
            names[f"_default{place}"] = field.default
            argument = f"{argument}=_default{place}"
        arguments.append(argument)
        body.append(f" _set(self, {field.name!r}, {value})")
    if hasattr(made, "__post_init__"):
        body.append(" self.__post_init__()")
    exec("\n".join((f"def __init__({', '.join(arguments)}):", *body, " pass")), names)  # noqa: S102 (names of fields)
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__annotations__ = {**{field.name: field.type for field in taken}, "return": None}
    return init


def _called(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def call_it(method: Callable[..., Any]) -> Callable[..., Any]:
        method.__name__ = method.__qualname__ = name
        return method

    return call_it


@_called("__setattr__")
def _set_once(self: Any, name: str, value: object, _set: Any = object.__setattr__) -> None:
    """For classes with slots: copies and pickles set each field once, and `__post_init__` what `__init__` takes not."""
    if hasattr(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
    _set(self, name, value)


@_called("__setattr__")
def _set_new(self: Any, name: str, value: object) -> None:
    """The same for other classes, which have their fields' defaults as attributes."""
    if name in self.__dict__:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
    self.__dict__[name] = value


@_called("__delattr__")
def _keep(_self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


@_called("__eq__")
def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self._compared(self) == self._compared(other)


@_called("__hash__")
def _hash(self: Any) -> int:
    return hash(self._compared(self))


@_called("__repr__")
def _show(self: Any) -> str:
    values = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(values)})"
