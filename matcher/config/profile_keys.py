"""The keys of an institute's file: what each is, whether it has to be there, and an example of it.

What is said here is checked when a file is read, written into the skeleton of a new one, and shown on the page of keys.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from matcher.config.mistake_words import like
from matcher.config.scalars import MEANT, NO_LIST, NOTHING
from matcher.text.saying import Saying

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

Texts = Annotated[list[Text], NO_LIST]

Identifier = Annotated[str, like(r"[a-z0-9][a-z0-9-]*", Saying("small letters, digits and hyphens, such as cea-leti"))]

_Pic = Annotated[str, like(r"[0-9]{9}", Saying("a PIC of nine digits, such as 999992401"))]

_Address = Annotated[str, like(r"https?://\S+", Saying("an address that begins with https:// or http://"))]


def _day(value: object) -> object:
    """With quotes or without."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


_Number = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    like(r"[0-9]{1,12}", Saying("the number of a project, such as 101070374")),
]

_Numbers = Annotated[list[_Number], NO_LIST]

_DateText = Annotated[dt.date | None, BeforeValidator(_day), MEANT]

_Known = Annotated[Literal[True, False, "unknown"], MEANT]


class Keys(BaseModel):
    """Some keys of a profile; any other is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NameKeys(Keys):
    """A name in two languages."""

    en: Text = Field(description="In English.", examples=["Rocks and Water Institute"])
    fr: Text = Field(description="In French.", examples=["Institut Roches et Eaux"])


class DescriptionKeys(Keys):
    """Some sentences in two languages."""

    en: str = Field(default="", description="In English.", examples=["What it works on, for whom, with what."])
    fr: str = Field(default="", description="In French.", examples=["Ses sujets, ses clients, ses moyens."])


class KeywordKeys(Keys):
    """Skills in two languages."""

    en: Texts = Field(default=[], description="In English.", examples=["hydrometallurgy", "groundwater"])
    fr: Texts = Field(default=[], description="In French.", examples=["hydrométallurgie", "eaux souterraines"])


class LabelKeys(Keys):
    """The Carnot label over the years."""

    year_2015: _Known = Field(alias="2015", description="In 2015.", examples=["unknown"])
    current: _Known = Field(description="Today.", examples=["unknown"])
    note: str = Field(default="", description="What is not certain about it.", examples=["A Tremplin since 2020."])


class EntityKeys(Keys):
    """A legal entity that carries the institute."""

    name: Text = Field(description="Its name.", examples=["UNIVERSITY OF SOMEWHERE"])
    pic: Annotated[_Pic | None, NOTHING] = Field(
        default=None, description="Its number on the portal, nine digits.", examples=["999999999"]
    )
    take: Literal["all", "selected"] = Field(
        default="selected",
        description="Which of its EU projects are the institute's: all where the entity is the institute; of a larger "
        "or shared one those that the skills select.",
        examples=["selected"],
    )


class ByHandKeys(Keys):
    """Projects of CORDIS that are put in or out."""

    add: _Numbers = Field(default=[], description="Its own, whoever is in them.", examples=["101000001"])
    drop: _Numbers = Field(default=[], description="Never its own.", examples=["101000002"])


class LabKeys(Keys):
    """A unit of the institute."""

    name: Text = Field(description="Its name.", examples=["Water laboratory"])
    keywords: KeywordKeys = Field(description="Its own skills, as those of the institute.")
    cordis: ByHandKeys = Field(default=ByHandKeys(), description="Its own projects of CORDIS, by their numbers.")


class ProjectKeys(Keys):
    """A past project in your own words."""

    id: Text = Field(description="What lists and mails call it: its acronym or number.", examples=["DEEPWATER"])
    title: Text = Field(description="Its title.", examples=["Groundwater of deep rocks"])
    text: str = Field(default="", description="What was done.", examples=["Wells were drilled and modelled."])
    keywords: str = Field(default="", description="Its keywords, with commas.", examples=["drilling, modelling"])
    topic: Annotated[Text | None, NOTHING] = Field(
        default=None, description="The call that it won.", examples=["HORIZON-CL6-2021-ZEROPOLLUTION-01-01"]
    )
    date: _DateText = Field(default=None, description="The day of its signature.", examples=["2022-01-31"])


class ProfileKeys(Keys):
    """The file of one institute."""

    id: Identifier = Field(
        description="Names the institute in commands and files: small letters, digits and hyphens, as in the name of "
        "the file.",
        examples=["rocks"],
    )
    acronym: Text = Field(description="What lists and mails call it; commands take it too.", examples=["Rocks"])
    name: NameKeys = Field(description="Its full name.")
    label: LabelKeys = Field(description="Whether it had the Carnot label: true, false or unknown.")
    successor: Annotated[Identifier | None, NOTHING] = Field(
        default=None, description="The id of the institute that took its place.", examples=["other-institute"]
    )
    location: str = Field(default="", description="Where it is; shown, not ranked by.", examples=["Orléans"])
    website: Annotated[_Address | None, NOTHING] = Field(
        default=None, description="Its address on the web.", examples=["https://www.example.org"]
    )
    legal_entities: list[EntityKeys] = Field(
        default=[], description="Who it is, or is a part of, in EU projects: its past projects are found by them."
    )
    domains: Texts = Field(
        default=[], description="Fields of work; they count as English keywords do.", examples=["water"]
    )
    sectors: Texts = Field(
        default=[],
        description="Branches of industry that it works for; said of it, not ranked by.",
        examples=["mining"],
    )
    keywords: KeywordKeys = Field(
        description="Its skills in the words that a call would use, one a line; English and French pair up by line."
    )
    description: DescriptionKeys = Field(
        default=DescriptionKeys(), description="Some sentences about it; they count for little."
    )
    labs: list[LabKeys] = Field(
        default=[],
        description="Units with skills of their own, which are the institute's too; people can subscribe to one as "
        "id/name.",
    )
    projects: list[ProjectKeys] = Field(
        default=[], description="Past projects in your own words, on top of those of CORDIS."
    )
    cordis: ByHandKeys = Field(
        default=ByHandKeys(),
        description="Numbers of CORDIS projects that are put in or out, whatever the legal entities are in.",
    )
    include: Texts = Field(
        default=[], description="More terms that count as English keywords do.", examples=["geothermal energy"]
    )
    exclude: Texts = Field(
        default=[],
        description="Terms that never count; a call that is about one is in no list and no mail.",
        examples=["tourism"],
    )
    pin: Texts = Field(
        default=[], description="A call that holds one of these is always in the list.", examples=["mine water"]
    )
