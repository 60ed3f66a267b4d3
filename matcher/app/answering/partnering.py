"""With whom an institute could answer a call, out of who was in which project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from matcher.app.answering.project_history import past_of
from matcher.app.answering.questions import row_of
from matcher.app.kept_index import current_index
from matcher.app.own_projects import whole_projects
from matcher.errors import UsageError
from matcher.model.consortium import Partner, Partners
from matcher.model.programmes import programme_part
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matcher.app.home import Home
    from matcher.model.consortium import PartnerQuestion
    from matcher.model.project import Project
    from matcher.ranking.index import Index
    from matcher.ranking.network.consortia import Consortia
    from matcher.ranking.network.partners import Candidates

NEAR_SHOWN = 3
"""Projects of a partner that are shown, the nearest to the call."""

BRINGS = 3

_OFTEN = 2.0  # standard deviations above the mean
_AGAIN = 5  # so many more are looked at where leaders are to come first


def partners(home: Home, question: PartnerQuestion) -> Partners:
    """Organisations for a call and an institute, best first.

    Raises:
        UsageError: for a call or institute that nobody knows, and while there are too few projects, or none.
    """
    from matcher.ranking.network.partners import Candidates, best, leaders_first
    from matcher.ranking.network.team import team_of

    index = current_index(home)
    day = home.day(question.as_of, index).date
    row = row_of(index, question.call)
    institute = home.institute(question.institute)
    with past_of(home) as (store, past):
        if not past.is_background_of(index):
            raise UsageError("Too few projects are known to compare a call with: `matcher fetch --projects`.")
        pics = [entity.pic for entity in institute.legal_names if entity.pic]
        own = whole_projects(store.projects, institute)
        # An institute without projects of its own is known by those of the entity that it is a part of.
        theirs = own or tuple({n for numbers in store.projects.numbers_of(pics).values() for n in numbers})
        candidates = Candidates(index, row, past, team_of(past, theirs, pics), day)
        most = question.top * (_AGAIN if question.leaders else 1)
        order = best(candidates, most, countries=question.countries, types=question.types)
        if question.leaders:
            order = leaders_first(candidates, order)[: question.top]
        shown = {one: _nearest(candidates, one) for one in order}
        numbers = past.numbers_at({r for rows in shown.values() for r in rows})
        known = {project.identifier: project for project in store.projects.named(numbers)}
        telling = _Telling(
            candidates,
            past,
            Saying("us") if own else Saying("our legal entity"),
            _Lacking(index, row, institute.identifier),
        )
        near = {one: [known[n] for n in past.numbers_at(rows) if n in known] for one, rows in shown.items()}
        found = tuple(telling.partner(rank, one, near[one]) for rank, one in enumerate(order, 1))
    return Partners(index.call(row).identifier, institute.identifier, day, found)


def _nearest(candidates: Candidates, one: int) -> list[int]:
    rows = [r for r in candidates.earlier.rows_of(one).tolist() if candidates.like[r]]
    return sorted(rows, key=lambda r: (-candidates.likeness[r], r))[:NEAR_SHOWN]


@dataclass(frozen=True)
class _Telling:
    """Puts an organisation into words."""

    candidates: Candidates
    past: Consortia
    us: Saying
    lacking: _Lacking

    def partner(self, rank: int, one: int, near: list[Project]) -> Partner:
        pic, name, country, code = self.past.organisation(one)
        kind = self.past.kind(one) or code
        rows = self.candidates.earlier.rows_of(one).tolist()
        common = [row for row in rows if self.candidates.own[row]]
        led = set(self.candidates.earlier.led_by(one).tolist())
        brings = self.lacking.words(near)
        reasons = list(self._reasons(one, rows, common, led))
        if brings:
            reasons.append(Saying("would bring {terms}", terms=", ".join(brings)))
        score = float(self.candidates.scores[one])
        return Partner(rank, pic, name, country, kind, score, tuple(reasons), tuple(near), len(common), len(led))

    def _reasons(self, one: int, rows: list[int], common: list[int], led: set[int]) -> Iterator[Saying]:
        like = [row for row in rows if self.candidates.like[row]]
        if like:
            yield _led(_many(like, *_LIKE), like, led, Saying("{said}, {n} of them as coordinator"))
        elif self.candidates.signals["with_these"][one] > _OFTEN:
            yield Saying("often with those whose projects are like the call")
        if common:
            year = date.fromordinal(max(int(self.past.signed[row]) for row in common)).year
            yield _led(_many(common, *_COMMON, us=self.us, year=year), common, led, Saying("{said}, {n} led by it"))
        elif self.candidates.signals["around"][one] > _OFTEN:
            yield Saying("often with our partners")
        part = self.candidates.part
        inside = [row for row in rows if self.past.topics[row] and programme_part(self.past.topics[row]) == part]
        if inside:
            yield _many(inside, *_INSIDE, part=part)
        yield _led(_many(rows, *_IN_ALL), rows, led, Saying("{said}, {n} as coordinator"))


_LIKE = Saying("{n} project like the call"), Saying("{n} projects like the call")
_COMMON = (
    Saying("{n} project with {us}, the last of {year}"),
    Saying("{n} projects with {us}, the last of {year}"),
)
_INSIDE = Saying("{n} project in {part}"), Saying("{n} projects in {part}")
_IN_ALL = Saying("{n} project in all"), Saying("{n} projects in all")


def _many(rows: list[int], one: Saying, many: Saying, **values: object) -> Saying:
    return (one if len(rows) == 1 else many).of(n=len(rows), **values)


def _led(said: Saying, rows: list[int], led: set[int], more: Saying) -> Saying:
    """The same, with how many of the projects it led."""
    count = sum(row in led for row in rows)
    return more.of(said=said, n=count) if count else said


class _Lacking:
    """What a call asks for and an institute's profile has not, as keywords of projects say it."""

    def __init__(self, index: Index, row: int, institute: str) -> None:
        from matcher.text.analysis import Analyzer

        self._analyzer = Analyzer()
        text = index.full_call(row)
        body = "\n".join([text.title, *(section.text for section in text.sections)])
        self._asked = set(self._analyzer.terms(body))
        query = index.query(institute)
        self._ours = {term for words in query.words for term in self._analyzer.terms(words)}

    def words(self, projects: Iterable[Project]) -> list[str]:
        """Keywords of several words, all of which the call holds and none of which the profile does."""
        found: dict[str, None] = {}
        for project in projects:
            for keyword in project.keywords.replace(";", ",").split(","):
                terms = set(self._analyzer.terms(keyword))
                if " " in keyword.strip() and terms <= self._asked and not terms & self._ours:
                    found.setdefault(keyword.strip().lower(), None)
        return list(found)[:BRINGS]
