"""How good the ranking is on a benchmark folder, as frames."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from matcher.errors import UsageError, shorten
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from matcher.evaluation.measuring import MEASURES, comparisons, interval
from matcher.evaluation.measuring import evaluate as measure_models
from matcher.present.call_rows import DAY
from matcher.present.frames import calls_frame, evidence_frame, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from matcher.evaluation.benchmark import Benchmark, Qrels
    from matcher.evaluation.measuring import Measured
    from matcher.ranking.index import Index

Breakdown = Literal["size", "country", "programme"]

_MEANS = {"model": "string", "measure": "category", "mean": "float64", "low": "float64", "high": "float64"}

_RATIOS = {
    "model": "string",
    "against": "string",
    "measure": "category",
    "ratio": "float64",
    "difference": "float64",
    "p_value": "float64",
}

_THRESHOLDS = {"model": "string", "fit": "int64", "wins_shown": "float64", "calls_shown": "float64"}

_WINS = {"model": "string", "profile": "string", "call": "string", "title": "string", "rank": "Int64"}

_REPLAY = {
    "profile": "string",
    "call": "string",
    "title": "string",
    "opening": DAY,
    "won": "bool",
    "day": DAY,
    "rank": "Int64",
    "fit": "Int64",
    "deadline": DAY,
    "lead_days": "Int64",
}


class Evaluation:
    """Figures of several rankers on the same profiles and calls."""

    def __init__(self, benchmark: Benchmark, qrels: Qrels, measured: list[Measured]) -> None:
        self._benchmark = benchmark
        self._qrels = qrels
        self._measured = measured

    @property
    def means(self) -> pd.DataFrame:
        """(models x measures, 5) `model`, `measure`, `mean` over profiles, `low` and `high` of its 95% interval."""
        rows = [
            {"model": one.model, "measure": name, "mean": values.mean(), "low": low, "high": high}
            for one in self._measured
            for name, values in one.values.items()
            for low, high in [interval(values)]
        ]
        return tidy(rows, _MEANS)

    @property
    def comparisons(self) -> pd.DataFrame:
        """(other models x measures, 6) the first model against each other one: `ratio`, `difference`, `p_value`."""
        return tidy(comparisons(self._measured), _RATIOS)

    @property
    def per_profile(self) -> pd.DataFrame:
        """(models x profiles, 4 + measures) each measure of each profile that won at least one call.

        `name` is the profile's, `wins` counts the calls that it later won.
        """
        names = {profile.identifier: profile.name for profile in self._benchmark.profiles}
        facts = {
            "profile": list(self._wins),
            "name": [names[profile] for profile in self._wins],
            "wins": [len(calls) for calls in self._wins.values()],
        }
        frames = [pd.DataFrame({"model": one.model, **facts, **one.values}) for one in self._measured]
        return pd.concat(frames, ignore_index=True)

    @property
    def thresholds(self) -> pd.DataFrame:
        """(models x thresholds, 4) the share of later wins, and the calls per profile, from each `fit` on.

        Of models whose score is no chance there is none.
        """
        rows = [
            {"model": one.model, "fit": t.fit, "wins_shown": t.wins_shown, "calls_shown": t.calls_shown}
            for one in self._measured
            for t in one.thresholds
        ]
        return tidy(rows, _THRESHOLDS)

    @property
    def wins(self) -> pd.DataFrame:
        """(models x wins, 5) each later win and the `rank` that the model gave it; NA beyond its depth of 1,000."""
        titles = {call.identifier: call.title for call in self._benchmark.calls}
        rows = []
        for one in self._measured:
            for profile, calls in self._wins.items():
                ranks = {call: rank for rank, call in enumerate(one.run[profile], 1)}
                rows += [
                    {
                        "model": one.model,
                        "profile": profile,
                        "call": call,
                        "title": titles[call],
                        "rank": ranks.get(call),
                    }
                    for call in calls
                ]
        return tidy(rows, _WINS)

    def by(self, group: Breakdown) -> pd.DataFrame:
        """(models x groups, 2 + measures + 1) means by profile size, country or part of the programme.

        Example:
            >>> matcher.evaluate(folder, ["matcher"]).by("size")[["size", "profiles"]].values.tolist()
            [['written', 1]]
        """
        rows = [
            {"model": one.model, group: label, **figures}
            for one in self._measured
            for label, figures in getattr(one, f"by_{group}").items()
        ]
        return pd.DataFrame(rows, columns=["model", group, *MEASURES, "profiles"])

    @cached_property
    def _wins(self) -> Qrels:
        from matcher.evaluation.measuring import judged

        return judged(self._benchmark, self._qrels)

    def __repr__(self) -> str:
        return f"{self._benchmark.name}\n{self._table().to_string()}"

    def _repr_html_(self) -> str:
        return str(self._table().style.format("{:.3f}").set_caption(self._benchmark.name).to_html())

    def _table(self) -> pd.DataFrame:
        """(models, measures) the means."""
        return pd.DataFrame(
            {one.model: {name: values.mean() for name, values in one.values.items()} for one in self._measured}
        ).T


def evaluate(
    folder: str | Path,
    models: Iterable[str] = ("matcher", "naive", "bm25"),
    *,
    calls: str | None = None,
    parts: Iterable[str] = (),
) -> Evaluation:
    """Rank a benchmark folder with several rankers and measure them, as `matcher evaluate` does.

    Args:
        folder: `calls.jsonl`, `profiles.jsonl`, `documents.jsonl` (gzipped or not) and `qrels.txt`.
        models: names of rankers; the first one is compared with each other one.
        calls: a shell pattern for the identifiers of candidates, as `*-2014*`.
        parts: the parts of the profiles to use (keywords, keywords_fr, description, documents); all by default.

    Raises:
        BenchmarkError: naming file, line and what was expected.
        UsageError: for an unknown ranker.

    Example:
        >>> matcher.evaluate(folder, ["matcher", "bm25"]).means.query("measure == 'mrr'")["mean"].tolist()
        [1.0, 1.0]
    """
    path = Path(folder)
    benchmark = load_benchmark(path, calls=calls)
    if chosen := frozenset(parts):
        benchmark = benchmark.only(chosen)
    qrels: Qrels = {}

    def answers() -> Qrels:
        qrels.update(load_qrels(path))
        return qrels

    measured = measure_models(benchmark, tuple(dict.fromkeys(models)), answers, lambda _message: None)
    return Evaluation(benchmark, qrels, measured)


class Archive:
    """The calls and profiles of a benchmark folder, indexed in memory: what would the ranking have shown, and when?"""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._benchmark = load_benchmark(self._folder)

    def only(self, *profiles: str) -> Archive:
        """The same calls for a few of the profiles. Raises UsageError for one that the folder does not have.

        Example:
            >>> matcher.Archive(folder).only("w").profiles["name"].tolist()
            ['Written']
        """
        known = {profile.identifier: profile for profile in self._benchmark.profiles}
        if missing := [name for name in profiles if name not in known]:
            raise UsageError(f"{self._folder} has no profile {', '.join(missing)}.")
        fewer = copy(self)
        fewer.__dict__.pop("_index", None)
        fewer._benchmark = replace(self._benchmark, profiles=tuple(known[name] for name in profiles))
        return fewer

    @property
    def profiles(self) -> pd.DataFrame:
        """(profiles, 4) `profile`, `name`, `country`, `size`."""
        groups = self._benchmark.groups
        rows = ({"profile": p.identifier, "name": p.name, **groups[p.identifier]} for p in self._benchmark.profiles)
        return tidy(rows, dict.fromkeys(("profile", "name", "country", "size"), "string"))

    @property
    def wins(self) -> pd.DataFrame:
        """(wins, 2) `profile` and the `call` that it later won."""
        answers = load_qrels(self._folder)
        names = [profile.identifier for profile in self._benchmark.profiles]
        rows = ({"profile": name, "call": call} for name in names for call in answers.get(name, ()))
        return tidy(rows, {"profile": "string", "call": "string"})

    def calls(self, as_of: date) -> pd.DataFrame:
        """(calls, `matcher.present.call_rows.CALL_COLUMNS`) as on a day.

        Example:
            >>> import datetime
            >>> matcher.Archive(folder).calls(datetime.date(2027, 1, 1))["call"].tolist()
            ['HORIZON-CL4-2027-01-02', 'HORIZON-CL6-2027-03']
        """
        return calls_frame(self._benchmark.calls, as_of)

    def first_recommended(
        self, profile: str, *, since: date, until: date, top: int = 10, min_fit: int = 0
    ) -> pd.DataFrame:
        """Each call's first working day among the `top` open ones of a profile; columns as of a session's.

        Example:
            >>> import datetime
            >>> days = {"since": datetime.date(2026, 12, 1), "until": datetime.date(2027, 2, 1)}
            >>> matcher.Archive(folder).first_recommended("w", **days).columns.tolist()
            ['call', 'day', 'rank', 'fit', 'deadline', 'lead_days']
        """
        from matcher.api.network import first_recommended

        return first_recommended(self._index, profile, since, until, top=top, min_fit=min_fit)

    def replay(self, *, top: int = 10, min_fit: int = 0) -> pd.DataFrame:
        """Every profile and every dated call, from the first opening to the last deadline, a working day at a time.

        Returns:
            (profiles x calls, 10) `won` says whether the profile later won the call; `day` is the first day on which
            the call stood among the `top` open ones, with its `rank` and `fit` then, the `deadline` that was next and
            `lead_days` to it; NA where it never did. Calls without an opening day or deadline are left out.

        Example:
            >>> len(matcher.Archive(folder).replay(top=5))  # no call of this folder has an opening day
            0
        """
        dated = [(call, call.opening) for call in self._benchmark.calls if call.opening and call.deadlines]
        if not dated:
            return tidy((), _REPLAY)
        since = min(opening for _, opening in dated)
        until = max(call.deadlines[-1].date for call, _ in dated)
        won = set(self.wins.itertuples(index=False, name=None))
        rows = []
        for profile in self._benchmark.profiles:
            name = profile.identifier
            first = self.first_recommended(name, since=since, until=until, top=top, min_fit=min_fit)
            found = {row["call"]: row for row in first.to_dict("records")}
            nothing = dict.fromkeys(first.columns)
            rows += [
                {
                    **(found.get(call.identifier) or nothing),
                    "profile": name,
                    "call": call.identifier,
                    "title": call.title,
                    "opening": opening,
                    "won": (name, call.identifier) in won,
                }
                for call, opening in dated
            ]
        return tidy(rows, _REPLAY)

    def evidence(self, profile: str, call: str) -> pd.DataFrame:
        """(reasons, `matcher.present.frames.EVIDENCE_COLUMNS`) of one call for one profile.

        Example:
            >>> "laser welding" in matcher.Archive(folder).evidence("w", "HORIZON-CL4-2027-01-02")["term"].tolist()
            True
        """
        from matcher.ranking.scores.matching import match_of
        from matcher.ranking.scores.scoring import score

        row = self._index.row(call)
        if row is None:
            raise UsageError(f"{self._folder} has no call {shorten(call)}.")
        scored = score(self._index, self._index.need(profile), everything=True)
        return evidence_frame([match_of(scored, row, 0, sentence=False)], profile)

    @cached_property
    def _index(self) -> Index:
        from datetime import UTC, datetime

        from matcher.ranking.build import build

        facts = {"sample": None, "sample_day": None}
        return build(self._benchmark.calls, self._benchmark.profiles, now=datetime.now(UTC), meta=facts)
