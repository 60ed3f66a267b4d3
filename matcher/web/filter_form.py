"""The form of a page's filters, out of the table that every question is made by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from matcher.model.question import FILTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matcher.model.question import Filter, Question
    from matcher.present.words import Words


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` is `text`, `date`, `number`, `check` or `select`, which has `choices` (value, words)."""

    name: str
    kind: str
    label: str
    value: str = ""
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def filter_fields(question: Question, words: Words) -> tuple[Field, ...]:
    """A field for each filter, filled in as the question asks."""
    said = parse_qs(question.to_query())
    return tuple(_field(one, ",".join(said.get(one.name, [])), words) for one in FILTERS)


def fit_field(question: Question, words: Words) -> Field:
    """From which fit on calls of a list are shown."""
    value = "" if question.min_fit is None else str(question.min_fit)
    return Field("min_fit", "number", words.say("Fit from this one on"), value)


def sort_field(question: Question, sorts: tuple[str, ...], words: Words) -> Field:
    """The order of a list; the first is the usual one."""
    names = _sorts(words)
    usual, *others = sorts
    choices = (("", names[usual]), *((one, names[one]) for one in others))
    return Field("sort", "select", words.say("Order"), question.sort or "", "", choices)


def _field(one: Filter, value: str, words: Words) -> Field:
    label = _labels(words).get(one.name, one.name)
    if one.kind in {"choice", "audience"}:
        return Field(one.name, "select", label, value, "", _choices(one, value, words))
    kind = {"day": "date", "flag": "check"}.get(one.kind, "text")
    return Field(one.name, kind, label, value, one.help[words.language.value] if kind == "text" else "")


def _choices(one: Filter, value: str, words: Words) -> tuple[tuple[str, str], ...]:
    names = _values(words)
    usual = "live" if one.kind == "choice" else ""
    choices = [("", names.get(usual, words.say("as usual")))]
    choices += [(word, names.get(word, word)) for word in one.choices if word != usual]
    if value not in dict(choices):  # several, which an address can ask for
        choices.append((value, ", ".join(names.get(word, word) for word in value.split(","))))
    return tuple(choices)


def _labels(words: Words) -> Mapping[str, str]:
    return {
        "status": words.say("Status"),
        "programme": words.say("Programme or part"),
        "action": words.say("Type of action"),
        "deadline_before": words.say("Deadline before"),
        "deadline_after": words.say("Deadline after"),
        "open_to": words.say("Open to"),
        "decided": words.say("Only decided ones"),
        "undecided": words.say("Only undecided ones"),
    }


def _values(words: Words) -> Mapping[str, str]:
    return {
        "live": words.say("live (open or forthcoming)"),
        "all": words.say("all, closed ones too"),
        "open": words.say("open"),
        "forthcoming": words.say("forthcoming"),
        "closed": words.say("closed"),
        "withdrawn": words.say("withdrawn"),
        "research": words.say("research institutes"),
        "sme": words.say("small companies"),
        "any": words.say("anybody: nothing stands apart"),
    }


def _sorts(words: Words) -> Mapping[str, str]:
    return {
        "fit": words.say("best fit first"),
        "relevance": words.say("most relevant first"),
        "deadline": words.say("next deadline first"),
        "opening": words.say("latest opening first"),
        "budget": words.say("largest budget first"),
    }
