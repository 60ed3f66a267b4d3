"""Calls of one call for proposals stand together in a mail, each with its title, fit and deadline, in both parts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcher.config.setting_sections import MailSettings
from matcher.digest.compose import compose
from matcher.digest.inputs import Inputs
from matcher.digest.item_view import Limits
from matcher.digest.news import told_by
from matcher.digest.page import page_of
from matcher.digest.render import render
from matcher.model.changes import Change
from matcher.model.language import Language
from matcher.model.subscription import Freshness, MailSection
from matcher.present.words import Words
from tests.helpers.mail.digests import NOW
from tests.helpers.matches import match_of
from tests.helpers.story import ANA, call, day

FITS = {"A-1": 90, "B-1": 85, "A-2": 80, "A-3": 70, "X": 65}
PARENTS = {"A": "CALL-A", "B": "CALL-B", "X": None}


def digest_of(language: Language = Language.EN, **fields: object):
    calls = {name: call(name, call_id=PARENTS[name[0]], url=None) for name in FITS}
    matches = tuple(match_of(calls[name], fit, "rock") for name, fit in FITS.items())
    reader = replace(ANA, language=language, **fields)
    names = {"brgm": "BRGM", "cetim": "Cetim"}
    return compose(reader, Inputs(day(0), {"brgm": matches}, names, Freshness(None, stale=False)))


@pytest.mark.parametrize(
    ("language", "more"), [(Language.EN, "and 2 more of this call:"), (Language.FR, "et 2 autres du même appel")]
)
def test_a_family_stands_where_its_best_call_does(language: Language, more: str) -> None:
    digest = digest_of(language)
    (section,) = page_of(digest, Words(language), MailSettings(), Limits()).sections
    assert [item.identifier for item in section.items] == ["A-1", "B-1", "X"]
    assert [item.number for item in section.items] == [1, 2, 3]
    assert [one.identifier for one in section.items[0].siblings] == ["A-2", "A-3"]
    assert section.count == 5
    mail = render(digest, MailSettings(), now=NOW)
    for part in (mail.html, mail.body.decode(errors="replace")):
        assert part.index("A-1") < part.index("A-3") < part.index("B-1")
    assert more in mail.html.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert f"{Words(language).say('fit {fit}', fit=80)}</b>" in mail.html


def test_what_changed_stands_by_itself_in_a_family() -> None:
    """It counts as told with this mail: a change that is not shown would never be heard of."""
    digest = digest_of()
    moved = Change("A-2", "budget_eur", "amended", 4_000_000, 5_000_000, NOW)
    items = tuple(replace(i, changes=(moved,)) if i.call.identifier == "A-2" else i for i in digest.items)
    items = tuple(replace(item, part=MailSection.CLOSING) for item in items)
    (section,) = page_of(replace(digest, items=items), Words(Language.EN), MailSettings(), Limits()).sections
    assert [item.identifier for item in section.items] == ["A-1", "B-1", "A-2", "X"]
    assert [one.identifier for one in section.items[0].siblings] == ["A-3"]
    assert section.items[2].changes


def test_every_call_of_a_family_counts_as_told() -> None:
    assert {one.call for one in told_by(digest_of())} == set(FITS)


def test_the_institute_of_each_is_named_where_the_mail_is_for_several() -> None:
    digest = digest_of(institutes=("brgm", "cetim"))
    (section,) = page_of(digest, Words(Language.EN), MailSettings(), Limits()).sections
    assert [one.name for one in section.items[0].siblings] == ["BRGM", "BRGM"]
