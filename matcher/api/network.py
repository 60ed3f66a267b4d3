"""All institutes at once, and past days at once, as frames."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from matcher.api.labels import labelled, marked
from matcher.model.call import LIVE
from matcher.model.families import told_under
from matcher.model.match import SkillVerdict
from matcher.model.question import check_limits
from matcher.present.call_rows import CALL_COLUMNS, DAY
from matcher.present.frames import SKILL_COLUMNS, calls_frame, skills_frame, tidy
from matcher.ranking.proposals.skills import check_skills
from matcher.ranking.scores.asked import reads_closely
from matcher.ranking.scores.matching import first_recommended as first_days
from matcher.ranking.scores.matching import match_of
from matcher.ranking.scores.scoring import score
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import numpy.typing as npt

    from matcher.model.institute import Institute
    from matcher.model.question import CallFilter
    from matcher.ranking.index import Index
    from matcher.ranking.scores.scoring import Scored

    Likeness = npt.NDArray[np.float64]

GROUPS = 8
"""How many groups of institutes are told apart, at most."""

_FIRST = {"call": "string", "day": DAY, "rank": "int64", "fit": "int64", "deadline": DAY, "lead_days": "int64"}
_GROUPS = {"institute": "string", "group": "int64"}
_COMMON = {"group": "int64", "institutes": "string", "calls": "int64", "call": "string", "title": "string"}
_UNMATCHED = {**CALL_COLUMNS, "nearest": "string", "fit": "int64"}
_BIDS = {
    "call": "string",
    "title": "string",
    "next_deadline": DAY,
    "url": "string",
    "matched_by": "int64",
    "institute": "string",
    "fit": "int64",
    "brings": "string",
    "partner": "string",
    "partner_fit": "int64",
    "partner_brings": "string",
    "alike": "float64",
}
_BROUGHT = 4
"""Skills shown of what an institute brings to a call: those that it says, else those that it is near to."""


class Network:
    """Who matches what: every institute of a configuration against the live calls of a day."""

    def __init__(
        self, index: Index, institutes: Sequence[Institute], wanted: CallFilter, today: date, min_fit: int
    ) -> None:
        self.min_fit = min_fit
        self._index = index
        self._institutes = institutes
        self._today = today
        self._raw = fits(index, [one.identifier for one in institutes], wanted, today)
        self._scored: dict[str, Scored] = {}

    @cached_property
    def fits(self) -> pd.DataFrame:
        """(institutes, calls) the fit, 0-100; institutes and calls that are alike stand side by side."""
        rows, columns = (_side_by_side(_likeness(table.to_numpy())) for table in (self._raw, self._raw.T))
        return labelled(self._raw.iloc[rows, columns], self._sample)

    @cached_property
    def matched(self) -> pd.DataFrame:
        """(institutes, calls) True from `min_fit` on, in the order of `fits`."""
        return labelled(self.fits >= self.min_fit, self._sample)

    @property
    def shared(self) -> pd.DataFrame:
        """(institutes, institutes) how many calls both match; on the diagonal, how many one matches."""
        matched = self.matched.astype("int64")
        return labelled((matched @ matched.T).rename_axis(columns="institute"), self._sample)

    @cached_property
    def alike(self) -> pd.DataFrame:
        """(institutes, institutes) how alike their best fits are: 0 nothing in common, 1 the same."""
        alike = pd.DataFrame(_likeness(self.fits.to_numpy()), self.fits.index, self.fits.index)
        return labelled(alike, self._sample)

    def _part_of(self, name: str) -> str:
        row = self._index.row(name)
        part = told_under(self._index.call(row)) if row is not None else None
        return part.en if part is not None else "unknown"

    @property
    def parts(self) -> pd.DataFrame:
        """(institutes, parts) how many calls each matches in each part of a programme, the part with most first.

        A call counts once, in the part that lists put it under (`matcher rank --group part`).

        Example:
            >>> network = session.network()
            >>> bool(network.parts.loc["brgm"].sum() == network.matched.loc["brgm"].sum())
            True
        """
        matched = self.matched.astype("int64")
        totals = matched.T.groupby([self._part_of(call) for call in matched.columns]).sum().T
        order = totals.sum().sort_values(ascending=False, kind="stable").index
        return labelled(totals[order].rename_axis(columns="part"), self._sample)

    def groups(self, most: int = GROUPS) -> pd.DataFrame:
        """Institutes that match the same calls.

        Returns:
            (institutes, 2) `institute` and `group`, numbered in the order of `fits`; at most `most` groups.

        Example:
            >>> session.network().groups(2)["group"].unique().tolist()
            [1, 2]
        """
        check_limits(most, name="most")
        labels = _grouped(self.alike.to_numpy(), most)
        numbers = {label: number for number, label in enumerate(dict.fromkeys(labels), 1)}
        pairs = zip(self.fits.index, labels, strict=True)
        rows = ({"institute": name, "group": numbers[label]} for name, label in pairs)
        return labelled(tidy(rows, _GROUPS), self._sample)

    def common(self, most: int = GROUPS) -> pd.DataFrame:
        """What the institutes of each group have in common.

        Returns:
            (groups, 5) `group`, the acronyms of its `institutes`, how many `calls` at least two of them match, and the
            `call` and `title` that most of them match; NA where no two match the same.

        Example:
            >>> session.network().common()["institutes"].tolist()[5]
            'BRGM, Eau & Environnement, Irstea'
        """
        acronyms = {one.identifier: one.acronym for one in self._institutes}
        rows = []
        for number, members in self.groups(most).groupby("group")["institute"]:
            counts = self.matched.loc[list(members)].sum()
            together = len(counts) > 0 and counts.max() > 1
            call = self._index.call(self._row(counts.idxmax())) if together else None
            rows.append(
                {
                    "group": number,
                    "institutes": ", ".join(acronyms[name] for name in members),
                    "calls": (counts > 1).sum(),
                    "call": call.identifier if call else None,
                    "title": call.title if call else None,
                }
            )
        return labelled(tidy(rows, _COMMON), self._sample)

    @property
    def unmatched(self) -> pd.DataFrame:
        """(calls, `matcher.present.call_rows.CALL_COLUMNS` + 2) calls that nobody matches, the farthest first.

        `nearest` is the institute that comes nearest, NA where none has a word in common with the call, and `fit` its
        fit.
        """
        best, nearest = self.fits.max(), self.fits.idxmax()
        names = best[best < self.min_fit].sort_values(kind="stable").index
        calls = calls_frame([self._index.call(self._row(name)) for name in names], self._today)
        found = calls.assign(nearest=nearest[names].where(best[names] > 0, None).to_numpy(), fit=best[names].to_numpy())
        return labelled(found.astype({"nearest": "string", "fit": "int64"})[list(_UNMATCHED)], self._sample)

    @property
    def joint_bids(self) -> pd.DataFrame:
        """Calls that several institutes match, each with the two of them that are least alike; best fits first.

        Returns:
            (calls, 12) the call; `matched_by`, the number of institutes; `institute`, its `fit` and what it `brings`
            (its heaviest terms in the call); the same of the `partner`; and how `alike` the two are, 0 to 1.
        """
        matched = self.matched
        several = [str(name) for name in matched.columns if matched[name].sum() > 1]
        rows = (self._bid(name, list(matched.index[matched[name]])) for name in several)
        best_first = sorted(rows, key=lambda row: (-row["fit"] - row["partner_fit"], row["alike"]))
        return labelled(tidy(best_first, _BIDS), self._sample)

    @property
    def unused_skills(self) -> pd.DataFrame:
        """(skills, 1 + `matcher.present.frames.SKILL_COLUMNS`) keywords of an `institute` that no call has."""
        rows: list[dict[Any, Any]] = [
            {**row, "institute": one.identifier}
            for one in self._institutes
            for row in skills_frame(check_skills(self._index, one.written_skills())).to_dict("records")
            if row["verdict"] == SkillVerdict.NEVER
        ]
        return labelled(tidy(rows, {"institute": "string", **SKILL_COLUMNS}), self._sample)

    def __repr__(self) -> str:
        institutes, calls = self._raw.shape
        size = f"{counted(institutes, 'institute')}, {counted(calls, 'call')}"
        return marked(f"<network of {size} as of {self._today}>", self._sample)

    @property
    def _sample(self) -> str | None:
        label: str | None = self._index.meta["sample"]
        return label

    def _bid(self, name: str, matched: list[str]) -> dict[str, Any]:
        row, table = self._row(name), self.fits[name]
        pairs = [(a, b) for place, a in enumerate(matched) for b in matched[place + 1 :]]
        first, second = min(pairs, key=lambda pair: (self.alike.loc[pair], -table[pair[0]] - table[pair[1]], pair))
        if table[second] > table[first]:
            first, second = second, first
        call = self._index.call(row)
        coming = call.next_deadline(self._today)
        return {
            "call": call.identifier,
            "title": call.title,
            "next_deadline": coming.date if coming else None,
            "url": call.url,
            "matched_by": len(matched),
            "institute": first,
            "fit": table[first],
            "brings": self._brings(first, row),
            "partner": second,
            "partner_fit": table[second],
            "partner_brings": self._brings(second, row),
            "alike": self.alike.loc[first, second],
        }

    def _brings(self, institute: str, row: int) -> str | None:
        if institute not in self._scored:
            self._scored[institute] = score(self._index, self._index.need(institute), everything=True)
        match = match_of(self._scored[institute], row, 0, sentence=False)
        said = match.words(_BROUGHT) or tuple(skill.term for skill in match.unread[:_BROUGHT])
        return ", ".join(said) or None

    def _row(self, name: object) -> int:
        row = self._index.row(str(name))
        if row is None:
            raise KeyError(name)
        return row


def fits(index: Index, institutes: Sequence[str] | None, wanted: CallFilter, today: date) -> pd.DataFrame:
    """(institutes, calls) the fit of every call that passes the filter."""
    rows = index.live_rows(today) if wanted.status and wanted.status <= LIVE else range(len(index))
    kept = np.array([row for row in rows if wanted.stopped_by(index.call(row), today) is None], dtype=np.int64)
    names = [profile["id"] for profile in index.meta["profiles"]] if institutes is None else list(institutes)
    table = np.zeros((len(names), len(kept)), dtype=np.int64)
    everything = not reads_closely(index, wanted, today)
    for place, name in enumerate(names):
        table[place] = score(index, index.need(name), everything=everything).fits()[kept]
    calls = [index.call(int(row)).identifier for row in kept]
    return pd.DataFrame(table, index=names, columns=calls).rename_axis(index="institute", columns="call")


def first_recommended(index: Index, profile: str, since: date, until: date, *, top: int, min_fit: int) -> pd.DataFrame:
    """(calls, 6) each call's first working day in the top list, and the days that were left."""
    days = [day.date() for day in pd.bdate_range(since, until)]
    found = first_days(index, profile, days, top=top, min_fit=min_fit)
    rows = (
        {
            "call": first.call,
            "day": first.day,
            "rank": first.rank,
            "fit": first.fit,
            "deadline": first.deadline,
            "lead_days": (first.deadline - first.day).days,
        }
        for first in found
    )
    return tidy(rows, _FIRST)


def _likeness(table: npt.NDArray[np.int64]) -> Likeness:
    """(rows, rows) cosine of the fits; a row of nothing is like no other."""
    strength = table.astype(np.float64)
    lengths = np.linalg.norm(strength, axis=1, keepdims=True)
    unit = strength / np.where(lengths > 0, lengths, 1.0)
    likeness = np.clip(unit @ unit.T, 0.0, 1.0)
    np.fill_diagonal(likeness, 1.0)
    return np.asarray(likeness, dtype=np.float64)


def _tree(likeness: Likeness) -> npt.NDArray[np.float64] | None:
    """Average linkage of what is alike, as scipy writes it; None for less than two rows."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    if len(likeness) < 2:
        return None
    return np.asarray(linkage(squareform(1.0 - likeness, checks=False), method="average"), dtype=np.float64)


def _side_by_side(likeness: Likeness) -> list[int]:
    from scipy.cluster.hierarchy import leaves_list

    tree = _tree(likeness)
    return list(range(len(likeness))) if tree is None else leaves_list(tree).tolist()


def _grouped(likeness: Likeness, most: int) -> list[int]:
    from scipy.cluster.hierarchy import fcluster

    tree = _tree(likeness)
    return [1] * len(likeness) if tree is None else fcluster(tree, most, criterion="maxclust").tolist()
