"""Questions about an institute's profile: how it is read, and what a term would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.kept_index import current_index
from matcher.app.profiles.own_profile import own_projects
from matcher.model.answers import ShownProfile

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.institute import Institute
    from matcher.model.match import SkillCheck, Trial
    from matcher.model.profile_revision import Revision


def profile(home: Home, name: str) -> ShownProfile:
    """An institute, its terms as the index reads them, and what its own projects add."""
    from matcher.ranking.scores.matching import profile_terms

    institute, index = home.institute(name), current_index(home)
    terms = profile_terms(index.query(institute.identifier))
    return ShownProfile(institute, terms, own_projects(home, index, institute), _standing(home, institute))


def _standing(home: Home, institute: Institute) -> Revision | None:
    """The edit by which a profile stands above its file."""
    if institute.identifier not in home.standing_profiles:
        return None
    with home.open_store(read_only=True) as store:
        return next(iter(store.profile_revisions.of(institute.identifier, most=1)), None)


def check_profile(home: Home, name: str) -> list[SkillCheck]:
    """Each skill of an institute: does it match calls, never, or nearly all of them."""
    from matcher.ranking.proposals.skills import check_skills

    return check_skills(current_index(home), home.institute(name).written_skills())


def try_term(home: Home, name: str, term: str, *, as_of: date | None = None) -> Trial:
    """Which live calls would enter or leave an institute's top list if a term were added to its keywords."""
    from matcher.ranking.proposals import skills

    index = current_index(home)
    return skills.try_term(index, home.institute(name).profile(), term, home.day(as_of, index).date)
