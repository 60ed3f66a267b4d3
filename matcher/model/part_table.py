"""Every programme and part of one: which a call is in, and which a name means.

The table is `config/parts.yaml`. A call is put into it by the portal's codes, its types of action, its
identifier and its title.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from fnmatch import translate
from functools import cached_property
from typing import TYPE_CHECKING, Any

from matcher.errors import UsageError, shorten
from matcher.model.parts import Part, PartKind, Signs
from matcher.text.folding import folded, words
from matcher.text.saying import Saying, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from matcher.model.call import Call


class PartTable:
    """Every part that is known: which ones a call is in, and which one a name means."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = {part.identifier: part for part in parts}
        self._programme = {code: part.identifier for part in self.programmes for code in part.signs.codes}

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts.values())

    def __len__(self) -> int:
        return len(self._parts)

    @property
    def programmes(self) -> tuple[Part, ...]:
        """The parts that are whole programmes."""
        return tuple(part for part in self if part.kind is PartKind.PROGRAMME)

    # calls

    def placed(self, call: Call) -> Call:
        """The call with the parts that it is in; its programme is None where only a code is known."""
        parts = self.of(call)
        programme = next((part.identifier for part in parts if part.kind is PartKind.PROGRAMME), None)
        return replace(call, programme=programme or self._named(call.programme), parts=parts)

    def unnamed(self, code: str | None) -> bool:
        """True for a code of the portal that has no name here."""
        return code is not None and code.isdigit() and code not in self._programme

    def _named(self, programme: str | None) -> str | None:
        return None if self.unnamed(programme) else programme

    def of(self, call: Call) -> tuple[Part, ...]:
        """The parts that a call is in, the widest first."""
        programme = self.abbreviation(call.programme)
        known = programme if programme in self._parts else None
        actions, divisions = {action.code.upper() for action in call.actions}, set(call.divisions)
        own = [
            part.identifier
            for part in self._candidates.get(known, ())
            if part.identifier == known or self._shows(part, call, actions, divisions)
        ]
        found = {name for part in own for name in self._around[part] if known is None or known in self._roots[name]}
        return tuple(self._parts[name] for name in sorted(found, key=self._order.__getitem__))

    def _shows(self, part: Part, call: Call, actions: set[str], divisions: set[str]) -> bool:
        """Whether a call bears a sign of a part."""
        return bool(
            not actions.isdisjoint(part.signs.actions)
            or ((pattern := self._patterns.get(part.identifier)) and pattern.match(call.identifier))
            or ((pattern := self._titles.get(part.identifier)) and pattern.match(call.title))
            or not divisions.isdisjoint(part.signs.divisions)
        )

    @cached_property
    def _candidates(self) -> dict[str | None, tuple[Part, ...]]:
        """What a call can be in: a programme and its parts, and anything where its programme is not known."""
        parts = [part for part in self if part.kind is not PartKind.PROGRAMME]
        of_programme = {
            whole.identifier: (whole, *(part for part in parts if whole.identifier in self._roots[part.identifier]))
            for whole in self.programmes
        }
        anything: dict[str | None, tuple[Part, ...]] = {None: tuple(self)}
        return anything | of_programme

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {part.identifier: _pattern(part.signs.calls) for part in self if part.signs.calls}

    @cached_property
    def _titles(self) -> dict[str, re.Pattern[str]]:
        return {part.identifier: _pattern(part.signs.titles) for part in self if part.signs.titles}

    @cached_property
    def _around(self) -> dict[str, frozenset[str]]:
        """Each part with all that it is in."""

        def all_around(name: str) -> Iterator[str]:
            found, waiting = set[str](), [name]
            while waiting:
                if (one := waiting.pop()) not in found:
                    found.add(one)
                    yield one
                    waiting += self._parts[one].within

        return {name: frozenset(all_around(name)) for name in self._parts}

    @cached_property
    def _roots(self) -> dict[str, frozenset[str]]:
        """The programmes that each part is in."""
        whole = {part.identifier for part in self.programmes}
        return {name: self._around[name] & whole for name in self._parts}

    @cached_property
    def _order(self) -> dict[str, tuple[int, int]]:
        """What parts are sorted by, the widest first: in how many others each is, then its place in the table."""
        return {name: (len(self._around[name]), place) for place, name in enumerate(self._parts)}

    # names

    def named(self, name: str) -> Part:
        """The part that a name means: in any case and order, with or without accents. Raises UsageError."""
        found = self.known_as(name)
        if found is None:
            raise UsageError(
                "No programme, and no part of one, is called {name}: {hint}", name=shorten(name), hint=self._hint(name)
            )
        return found

    def known_as(self, name: str) -> Part | None:
        """The part that a name means, None where nothing is called so."""
        if not name or len(name) > _MOST_NAME:
            return None
        code = self._programme.get(name.strip())
        found = code or self._by_words.get(_words(name)) or self._by_letters.get(_letters(name))
        return self._parts[found] if found else None

    def meant(self, names: Iterable[str]) -> frozenset[str]:
        """The identifiers of the parts that names mean. Raises UsageError."""
        return frozenset(self.named(name).identifier for name in names)

    @cached_property
    def words_of_names(self) -> frozenset[str]:
        """The words of every part's own two names, folded; its other names may be spelt wrongly."""
        return frozenset(word for part in self for name in (part.en, part.fr) for word in words(name) if word.isalpha())

    @cached_property
    def _by_words(self) -> dict[tuple[str, ...], str]:
        return {_words(name): part.identifier for part in reversed(list(self)) for name in part.called}

    @cached_property
    def _by_letters(self) -> dict[str, str]:
        return {_letters(name): part.identifier for part in reversed(list(self)) for name in part.called}

    def _hint(self, name: str) -> Saying:
        near = self._near(_letters(name[:_MOST_NAME]))
        if near:
            return Saying("{near} `matcher programmes` lists them all.", near=did_you_mean(near))
        some = ", ".join(part.identifier for part in self.programmes[:_SOME])
        return Saying(
            "there are {some}, … and their parts, as “soil mission” and “EIC Pathfinder”. "
            "`matcher programmes` lists them all.",
            some=some,
        )

    def _near(self, letters: str) -> list[Part | str]:
        """What is called nearly so: programmes by what one types, other parts by their names."""
        from difflib import get_close_matches

        for cutoff in _SLIPS:
            if found := get_close_matches(letters[:_MOST_LETTERS], self._by_letters, n=_NEAR, cutoff=cutoff):
                break
        near = dict.fromkeys(self._parts[self._by_letters[spelt]] for spelt in found)
        return [part.identifier if part.kind is PartKind.PROGRAMME else part for part in near]

    def nested(self, within: str | None = None) -> Iterator[tuple[int, Part]]:
        """Every part, or one and what is in it, each under what it is in, with how deep it stands there.

        A part that is in several stands under each.
        """
        for part in self.programmes if within is None else (self._parts[within],):
            yield from self._nested(part, 0)

    def _nested(self, part: Part, depth: int) -> Iterator[tuple[int, Part]]:
        yield depth, part
        for other in self:
            if part.identifier in other.within and depth < _DEEPEST:
                yield from self._nested(other, depth + 1)

    # programmes, as they are asked for and as the portal writes them

    def abbreviation(self, code: str | None) -> str | None:
        """`43108390` → `HORIZON`; a code that is not in the table stays as it is."""
        return None if not code else self._programme.get(code, code)

    def codes(self, names: Iterable[str]) -> list[str]:
        """The portal's codes of the programmes that names, or parts by name, are in. Raises UsageError."""
        found: dict[str, None] = {}
        for name in names:
            word = name.strip()
            if word.isascii() and word.isdigit():
                found[word] = None
                continue
            for root in sorted(self._roots[self.named(name).identifier]):
                found.update(dict.fromkeys(self._parts[root].signs.codes))
        return list(found)

    # kept with an index

    def to_json(self) -> list[dict[str, Any]]:
        """JSON-ready, for `from_json`."""
        return [{**_plain(part), "signs": _plain(part.signs)} for part in self]

    @classmethod
    def from_json(cls, entries: Iterable[Mapping[str, Any]]) -> PartTable:
        return cls(
            Part(
                **{
                    **entry,
                    "kind": PartKind(entry["kind"]),
                    "within": tuple(entry["within"]),
                    "names": tuple(entry["names"]),
                    "signs": Signs(**{name: tuple(values) for name, values in entry["signs"].items()}),
                }
            )
            for entry in entries
        )


_SLIPS = (0.9, 0.75, 0.6)  # how much of a name has to be spelt so: the closest are enough
_MOST_LETTERS = 100
_NEAR = 3
_SOME = 12
_OF_PARTNERSHIPS = "ju joint undertaking partnership partenariat"
_IDLE = frozenset(
    ("a and au aux de des du en et for in la le les of on pour the programme program " + _OF_PARTNERSHIPS).split()
)
"""Words of names that tell no part from another."""

_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_TOKEN = re.compile(r"[a-z]+|\d+")
_ELIDED = re.compile(r"\b[dl]['’]")


def _plain(one: Part | Signs) -> dict[str, Any]:
    """The fields of one; `asdict` would copy each name of two hundred parts on its own."""
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _pattern(shapes: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, shapes)), re.IGNORECASE)


def _words(name: str) -> tuple[str, ...]:
    """The words of a name, in any order, by which it is found."""
    tokens = _tokens(name)
    telling = [_singular(_ROMAN.get(token, token)) for token in tokens if token not in _IDLE]
    return tuple(sorted(telling or tokens))


def _letters(name: str) -> str:
    """A name as one word, so that `EU Rail` and `EU-rail` and `eurail` are one."""
    return "".join(_tokens(name))


def _tokens(name: str) -> Sequence[str]:
    return _TOKEN.findall(_ELIDED.sub(" ", folded(name)))


_MOST_NAME = 300
_DEEPEST = 10


def _singular(token: str) -> str:
    return token[:-1] if len(token) > 3 and token.endswith("s") else token
