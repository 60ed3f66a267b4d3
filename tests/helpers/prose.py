"""Pages of prose that hold given keywords and otherwise say nothing, as statements of institutes do."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ENGLISH = (
    "Our teams have worked for many years on {}, and they keep doing so together with partners from several countries.",
    "Another part of our work is about {}.",
    "Visitors are often surprised by how much of our day is spent on {} and on {}.",
    "Since the foundation, {} has been a strength of the house.",
    "We offer companies help with {}, {} and {}, from first ideas to demonstrators that they take over.",
    "The laboratories are well equipped for {}; a second group looks after {}.",
    "In recent years we dealt with {}.",
)
"""Sentences with room for keywords."""

IDLE = (
    "The institute was founded by a few people who liked to work together.",
    "Today about two hundred colleagues meet every Monday in the large room.",
    "We train young people and send them abroad.",
    "Whoever wants to visit us is welcome at any time of the year.",
    "Quality matters to us, and so does punctuality.",
    "Our partners tell us that they enjoy working with us.",
)
"""Sentences that say nothing of what somebody can do."""

FRENCH = (
    "Nos équipes travaillent depuis de nombreuses années sur {}, avec des partenaires de plusieurs pays.",
    "Une autre partie de notre travail concerne {}.",
    "Les laboratoires sont bien équipés pour {} ; un second groupe s'occupe de {}.",
    "Nous aidons les entreprises pour {}, {} et {}.",
)
FRENCH_IDLE = (
    "L'institut a été fondé par quelques personnes qui aimaient travailler ensemble.",
    "Aujourd'hui, près de deux cents collègues se retrouvent chaque lundi dans la grande salle.",
    "Qui veut nous rendre visite est le bienvenu toute l'année.",
)

_PARAGRAPH = 5  # sentences


def page_of(keywords: Sequence[str], *, french: bool = False) -> str:
    """A page that names all the keywords in an order of its own, the same each time."""
    telling, idle = (FRENCH, FRENCH_IDLE) if french else (ENGLISH, IDLE)
    chosen = random.Random(len(keywords))
    left = chosen.sample(keywords, len(keywords))
    said: list[str] = []
    while left:
        sentence = chosen.choice([one for one in telling if one.count("{}") <= len(left)])
        said += [sentence.format(*(left.pop() for _ in range(sentence.count("{}")))), chosen.choice(idle)]
    return "\n\n".join(" ".join(said[at : at + _PARAGRAPH]) for at in range(0, len(said), _PARAGRAPH))
