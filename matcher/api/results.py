"""Answers in Python: frames, and what a notebook shows of them."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, overload

import pandas as pd

from matcher.api.labels import labelled, marked
from matcher.present.facts import UNKNOWN, day, money
from matcher.present.templating import environment
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from pandas.io.formats.style import Styler

    from matcher.model.answers import JointRanking, Ranking, Reason, ShownCall
    from matcher.model.call import Call
    from matcher.model.changes import Change
    from matcher.model.match import Match
    from matcher.model.outcomes import Preview


class Matches:
    """The best calls for an institute, several or a text, best first: a sequence of `matcher.model.match.Match`.

    Of several each call stands once, as it is for the one that it suits best.
    """

    def __init__(
        self,
        ranking: Ranking,
        fits: Mapping[str, Mapping[str, int]] | None = None,
        asked: Sequence[str] | None = None,
    ) -> None:
        alone = ranking.institute or ranking.name
        self._ranking = ranking
        self._asked = [alone] if asked is None else list(asked)
        self._fits = {one.call.identifier: {alone: one.fit} for one in ranking.matches} if fits is None else fits

    @classmethod
    def of_several(cls, found: JointRanking) -> Matches:
        """The best calls of several institutes as one list."""
        names = [one.institute or one.name for one in found.rankings]
        ranking = replace(
            found.rankings[0],
            institute=None,
            name=", ".join(names),
            matches=tuple(one.match for one in found.matches),
            away=(),
        )
        return cls(ranking, {one.match.call.identifier: dict(one.fits) for one in found.matches}, names)

    @property
    def institute(self) -> str | None:
        """Identifier of the institute; None for a text, and for several."""
        return self._ranking.institute

    @property
    def as_of(self) -> date:
        """The day that it was asked for."""
        return self._ranking.as_of

    @property
    def sample(self) -> str | None:
        """The label of the packaged sample listing, when that is what was ranked."""
        return self._ranking.sample

    @property
    def unknown(self) -> dict[str, tuple[str, ...]]:
        """The words of a text that no call and no project has, each with words that are spelt nearly so."""
        return dict(self._ranking.unknown.words)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a match, best first; columns and dtypes: `matcher.present.call_rows.MATCH_COLUMNS`."""
        from matcher.present.frames import matches_frame

        return labelled(matches_frame(self._ranking.matches, self.institute, self.as_of), self.sample)

    @property
    def fits(self) -> pd.DataFrame:
        """(calls, who was asked about) the fit of each call for each, NA where they have nothing in common."""
        frame = pd.DataFrame.from_dict(dict(self._fits), orient="index").reindex(columns=self._asked).astype("Int64")
        return labelled(frame.rename_axis(index="call", columns="institute"), self.sample)

    @property
    def evidence(self) -> pd.DataFrame:
        """A row a reason; columns: `matcher.present.frames.EVIDENCE_COLUMNS`. Weights of a call add up to its score."""
        from matcher.present.frames import evidence_frame

        return labelled(evidence_frame(self._ranking.matches, self.institute), self.sample)

    @property
    def deadlines(self) -> pd.DataFrame:
        """One row a deadline to come, as the list is ordered; columns: `matcher.present.frames.DEADLINE_COLUMNS`."""
        from matcher.present.frames import deadlines_frame

        return labelled(deadlines_frame([match.call for match in self], self.as_of), self.sample)

    def __len__(self) -> int:
        return len(self._ranking.matches)

    def __iter__(self) -> Iterator[Match]:
        return iter(self._ranking.matches)

    @overload
    def __getitem__(self, position: int) -> Match: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Match, ...]: ...
    def __getitem__(self, position: int | slice) -> Match | tuple[Match, ...]:
        return self._ranking.matches[position]

    def __repr__(self) -> str:
        lines = [f"  {m.rank:>3}  fit {m.fit:>3}  {m.call.identifier}  {m.call.title}" for m in self]
        head = marked(f"{self._ranking.name}: {counted(len(self), 'best call')} as of {self.as_of}", self.sample)
        missing = [f"  known to no call or project: {', '.join(self.unknown)}"] if self.unknown else []
        return "\n".join([head, *missing, *lines])

    def _repr_html_(self) -> str:
        return environment().get_template("notebook/matches.html").render(ranking=self._ranking)


class Why:
    """Why a call was, or was not, recommended to an institute."""

    def __init__(self, reason: Reason) -> None:
        self._reason = reason

    @property
    def match(self) -> Match:
        """The call with score, fit and evidence; its rank is 0 when a filter stopped it."""
        return self._reason.match

    @property
    def recommended(self) -> bool:
        """True when the call stands in the list that was asked for."""
        return self._reason.recommended

    @property
    def stopped_by(self) -> str | None:
        """The filter that stopped the call, or None."""
        return self._reason.stopped_by

    @property
    def score_needed(self) -> float | None:
        """The lowest score in the list, when that list is full."""
        return self._reason.score_needed

    @property
    def evidence(self) -> pd.DataFrame:
        """One row a reason; columns: `matcher.present.frames.EVIDENCE_COLUMNS`."""
        from matcher.present.frames import evidence_frame

        return labelled(evidence_frame([self.match], self._reason.institute), self._reason.sample)

    def __repr__(self) -> str:
        verdict = "recommended" if self.recommended else f"not recommended ({self.stopped_by or 'rank or fit'})"
        return marked(
            f"{self.match.call.identifier} for {self._reason.institute}: {verdict}, rank {self.match.rank} of "
            f"{self._reason.candidates}, fit {self.match.fit}",
            self._reason.sample,
        )

    def _repr_html_(self) -> str:
        return environment().get_template("notebook/reason.html").render(reason=self._reason)


class Page:
    """One call in full, with its history and its match for an institute."""

    def __init__(self, shown: ShownCall) -> None:
        self._shown = shown

    @property
    def call(self) -> Call:
        """The call with its sections."""
        return self._shown.call

    @property
    def match(self) -> Match | None:
        """Its match for the institute that was named."""
        return self._shown.match

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changed in it, newest first."""
        return self._shown.changes

    def __repr__(self) -> str:
        return marked(f"{self.call.identifier}: {self.call.title}", self._shown.sample)

    def _repr_html_(self) -> str:
        return environment().get_template("notebook/call.html").render(shown=self._shown)


class DigestPage:
    """The digest that somebody would get on a day; nothing was queued."""

    def __init__(self, preview: Preview) -> None:
        self._preview = preview

    @property
    def subject(self) -> str:
        """The subject of the mail."""
        return self._preview.mail.subject

    @property
    def text(self) -> str:
        """The plain part of the mail."""
        return self._preview.text

    @property
    def html(self) -> str:
        """The HTML part: a whole document."""
        return self._preview.mail.html

    @property
    def due(self) -> bool:
        """True when the subscriber's rhythm asks for a mail on that day."""
        return self._preview.due

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        frame = '<iframe sandbox style="width:100%;height:36em;border:1px solid #8886" srcdoc="{}"></iframe>'
        return frame.format(escape(self.html))


_LOOK = [
    {"selector": "th, td", "props": "vertical-align: top; padding: .3em .9em .3em 0"},
    {"selector": "td", "props": "text-align: left"},
    {"selector": ".number", "props": "text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums"},
    {"selector": ".day", "props": "white-space: nowrap"},
    {"selector": "caption", "props": "text-align: left; font-weight: 700; padding: .4em 0; caption-side: top"},
]


def table(frame: pd.DataFrame, *columns: str, caption: str | None = None) -> Styler:
    """A frame as a table for a reader.

    Args:
        frame: any frame of this package.
        columns: which ones to show, in this order; all by default. `url` is never one: it becomes the link of `title`.
        caption: a line above the table.

    Returns:
        A pandas Styler without the index; whatever the portal sent is escaped. A frame of the packaged sample says so.

    Raises:
        KeyError: for a column that the frame does not have.

    Example:
        >>> html = matcher.table(session.rank("brgm").frame, "rank", "title", "budget_eur").to_html()
        >>> ">10 M€<" in html
        True
    """
    chosen = [name for name in columns or frame.columns if name != "url"]
    shown = pd.DataFrame({name: _written(frame[name]) for name in chosen})
    if "title" in shown and "url" in frame:
        shown["title"] = list(map(_link, shown["title"], frame["url"]))
    kinds = [_kind(frame[name]) for name in chosen]
    classes = pd.DataFrame([kinds] * len(shown), shown.index, shown.columns)
    style = shown.style.hide(axis="index").set_td_classes(classes).set_table_styles(_LOOK)  # type: ignore[arg-type]
    style = style.format_index(_heading, axis="columns").apply_index(
        lambda _: [f"text-align: {'right' if kind == 'number' else 'left'}" for kind in kinds], axis="columns"
    )
    told = " · ".join(text for text in (caption, frame.attrs.get("sample")) if text)
    return style.set_caption(escape(told)) if told else style


def _written(values: pd.Series[Any]) -> list[str]:
    """The values of a column in words, safe as HTML."""
    return [UNKNOWN if pd.isna(value) else escape(_words(str(values.name), value)) for value in values]


def _words(name: str, value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return day(value.date())
    if isinstance(value, Integral):
        return money(int(value)) if name.endswith("_eur") else f"{value:d}"
    return f"{float(value):.2f}" if isinstance(value, Real) else str(value)


def _link(title: str, url: object) -> str:
    return f'<a href="{escape(url)}" rel="noopener">{title}</a>' if isinstance(url, str) else title


def _heading(name: object) -> str:
    """`next_deadline` → `next deadline`; the money's unit stands in the cells."""
    return escape(str(name).removesuffix("_eur").replace("_", " "))


def _kind(values: pd.Series[Any]) -> str:
    """The class of a column's cells."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return "day"
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return "number" if number else "words"
