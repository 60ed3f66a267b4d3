"""What is ranked for: an institute as it was indexed, or any text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from matcher.model.institute import Profile, ProfilePart
from matcher.ranking.matching import Scored, score_all
from matcher.ranking.query import QueryVector, query_vector
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from matcher.ranking.encoder import Encoder
    from matcher.ranking.index import Index


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its name; `identifier` is None for a text, `pin` are terms whose calls are always shown."""

    identifier: str | None
    name: str
    query: QueryVector
    pin: tuple[str, ...] = ()

    def scored(self, index: Index) -> Scored:
        """Every call of the index, scored."""
        return score_all(index, self.query, self.identifier)


def asked_institute(index: Index, name: str) -> Asked | None:
    """The institute of that identifier or acronym, in any case; None when the index has none."""
    wanted = name.strip().casefold()
    for profile in index.meta["profiles"]:
        if wanted and wanted in {profile["id"], profile["acronym"].casefold()}:
            return Asked(profile["id"], profile["name"], index.query(profile["id"]), tuple(profile["pin"]))
    return None


def asked_text(index: Index, text: str, encoder: Encoder | None = None) -> Asked:
    """Any text, in English or French; `encoder` is the one that the index was built with."""
    from matcher.text.french import languages

    parts = tuple(ProfilePart("text", "your text", text, language) for language in languages(text))
    asked = asked_profile(index, Profile("", "Your text", parts))
    if encoder is None:
        return asked
    from matcher.ranking.meaning import text_meaning

    return replace(asked, query=replace(asked.query, meaning=text_meaning(index, encoder, text)))


def asked_profile(index: Index, profile: Profile) -> Asked:
    """Any profile, by its terms; its fits are places in its own scores over the archive.

    An edited one keeps the sentence vector that the institute was indexed with: a tried term is no part of it.
    """
    query = query_vector(profile, Analyzer(), index)
    if profile.identifier in index.profiles:
        query = replace(query, meaning=index.query(profile.identifier).meaning)
    return Asked(None, profile.name, query, profile.pin)
