"""Some weeks of the soak, with a change of the clocks, against what the script says must be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.helpers.forms import either, has_a_long_form
from tests.helpers.soak.oracle import FETCH_FAILED, MAILS_FAILED, READERS, Expected, expect
from tests.helpers.soak.script import MailTrouble, Rhythm, Script, write_script
from tests.helpers.soak.verdict import OPERATOR, arrived, mistakes
from tests.helpers.soak.year import Pace, Seen, Year

pytestmark = has_a_long_form

START, DAYS = either(short=(date(2026, 10, 15), 19), long=(date(2026, 10, 5), 45))
SEED, RHYTHM = either(short=(4, Rhythm((5, 23), (9, 41), (12, 37), (2, 4), (4, 3))), long=(1, Rhythm()))
PACE = either(short=Pace(30, 6, (0, 2, 3, 12, 16)), long=Pace(30, 30))
WORDS = either(short=60, long=180)


@pytest.fixture(scope="module")
def script() -> Script:
    script = write_script(START, DAYS, [reader.identifier for reader in READERS], seed=SEED, rhythm=RHYTHM)
    return replace(script, words=WORDS)


@pytest.fixture(scope="module")
def expected(script) -> Expected:
    return expect(script)


@pytest.fixture(scope="module")
def seen(script, tmp_path_factory) -> Seen:
    return Year(script, tmp_path_factory.mktemp("soak"), PACE).run()


def test_the_script_has_what_it_is_about(script, expected) -> None:
    assert date(2026, 10, 25) in script.calendar()  # the clocks change
    told = {item for items in expected.mails.values() for item in items}
    assert {section for section, _, _ in told} == {"closing", "new", "changed", "forthcoming", "kept"}
    assert set().union(*(changes for _, _, changes in told)) >= {"deadline", "budget", "status", "text"}
    assert {reason for _, reason in expected.notices} == {FETCH_FAILED, MAILS_FAILED}
    assert expected.down
    assert script.asleep
    assert {kind for kind, _ in script.mail.values()} == set(MailTrouble)
    for kept in (True, False):  # what is kept and what is dismissed each make other mails
        others = tuple(one for one in script.decisions if one.kept is kept)
        assert expect(replace(script, decisions=others)).mails != expected.mails


def test_the_oracle_is_asked_only_what_it_knows() -> None:
    """A mail of more calls would be shortened for mail readers, and the rest told later."""
    year = write_script(date(2026, 10, 5), 365, [reader.identifier for reader in READERS])
    assert max(map(len, expect(year).mails.values())) <= 30


def test_everybody_is_told_everything_once_and_nothing_else(seen, expected) -> None:
    assert mistakes(seen, expected).of_mails == []


def test_there_is_one_run_a_working_day_and_one_clean_up_a_week(seen, expected) -> None:
    assert mistakes(seen, expected).of_runs == []


def test_what_is_old_is_forgotten(seen, expected) -> None:
    assert mistakes(seen, expected).of_keeping == []


def test_nothing_grows_but_what_is_kept(seen, expected) -> None:
    assert mistakes(seen, expected).of_growth == []


def test_a_mail_too_few_too_many_or_other_is_a_mistake(seen, expected) -> None:
    """The comparison itself: a proof of exactly once that cannot fail is none."""
    (key, items), *_ = (pair for pair in expected.mails.items() if pair[1])
    for other in ({}, {key: set()}, {key: items, (key[0], "nobody@example.org"): set()}):
        wrong = replace(expected, mails={k: v for k, v in expected.mails.items() if k != key} | other)
        assert len(mistakes(seen, wrong).of_mails) == 1
    unheard = mistakes(seen, replace(expected, notices=set())).of_mails
    assert len(unheard) == len([mail for mail in arrived(seen) if mail[1].to == OPERATOR])
    assert len(mistakes(seen, replace(expected, joint={"nobody told"})).of_mails) == 1
