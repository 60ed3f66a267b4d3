"""A joint bid in the lines of a mail: what each adds, what is left open, who met before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matcher.model.consortium import Bid, Led
    from matcher.model.subscription import Digest
    from matcher.present.words import Words

_PROJECTS = 3
"""Projects of an institute that a mail names."""


def institute_name(institute: str, digest: Digest) -> str:
    return untrusted.text(digest.names.get(institute, institute), untrusted.TERM)


def bid_lines(bid: Bid, digest: Digest, words: Words, most: int) -> tuple[tuple[str, str], ...]:
    """The institutes of a bid with what each adds, what they leave open, what they did before, and who could help.

    `most` skills of a member are named.
    """
    gaps = words.say_n("{n} of {of} passages by nobody", "{n} of {of} passages by nobody", bid.gaps, of=bid.passages)
    covered = (words.say("Covered"), words.percent(bid.cover) + (f" ({gaps})" if bid.gaps else ""))
    return (*_members(bid, digest, words, most), *_overlaps(bid, digest, words), covered, *_past(bid, digest, words))


def _members(bid: Bid, digest: Digest, words: Words, most: int) -> Iterator[tuple[str, str]]:
    for place, member in enumerate(bid.members):
        adds = words.say("adds {share}", share=words.percent(member.gain)) if place else words.say("begins")
        skills = ", ".join(untrusted.text(skill, untrusted.TERM) for skill in member.skills[:most])
        yield (
            f"{institute_name(member.institute, digest)} {member.fit}",
            words.say("; ").join(filter(None, (adds, skills))),
        )


def _overlaps(bid: Bid, digest: Digest, words: Words) -> Iterator[tuple[str, str]]:
    """Whom the call suits too, who add next to nothing to the others."""
    if bid.overlaps:
        named = (f"{institute_name(name, digest)} {fit}" for name, fit in bid.overlaps)
        yield words.say("Overlap with them"), ", ".join(named)


def _past(bid: Bid, digest: Digest, words: Words) -> Iterator[tuple[str, str]]:
    """Who of a bid met or led projects before, and who from outside could fill its gaps."""
    for pair in bid.together or ():
        who = words.both([institute_name(name, digest) for name in pair.institutes])
        yield words.say("Together before"), who + words.say(": ") + few_names(pair.projects)
    if bid.led:
        yield words.say("Projects led"), ", ".join(_led(one, digest, words) for one in bid.led)
    for other in bid.outside or ():
        name, country = untrusted.text(other.name, untrusted.TERM), untrusted.text(other.country, untrusted.TERM)
        where = f"{name} ({country})" if country else name
        yield words.say("For the gaps"), where + words.say(": ") + few_names(other.projects)


def _led(led: Led, digest: Digest, words: Words) -> str:
    part, name = untrusted.text(led.part, untrusted.TERM), institute_name(led.institute, digest)
    return words.say(
        "{institute} {n} ({inside} in {part})", institute=name, n=led.projects, inside=led.inside, part=part
    )


def few_names(projects: Sequence[str]) -> str:
    """Some projects by their names."""
    names = [untrusted.text(name, untrusted.TERM) for name in projects[:_PROJECTS]]
    return ", ".join(names + ["…"] * (len(projects) > _PROJECTS))
