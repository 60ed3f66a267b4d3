"""A short form of `kills`, and what a kill must not hide: mails given up, and files that it left half-written."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.helpers.crash.days import SECOND, THIRD, Home, left_over, look_at, second_listing
from tests.helpers.crash.kills import RUN_ENDED, Kills
from tests.helpers.crash.points import STAGES
from tests.helpers.flow import name, photonics
from tests.helpers.forms import either, has_a_long_form

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.crash.days import World
    from tests.helpers.crash.forks import Forks

POINTS = either(short={"sqlite": 6, "postgresql": 2}, long={"sqlite": 18, "postgresql": 12})
DELIVER, INDEX = STAGES.index("deliver"), STAGES.index("index")
FEWEST = either(short=1, long=4)
LONG_AGO = 3600.0  # seconds; longer than what a killed writer left is kept


def moments_of(home: Home, forks: Forks) -> list[int]:
    """The stages of the second day's moments."""
    with home.copy(home.database + "tried") as other:
        return forks.live(other.life(SECOND)).moments


def age(folder: Path) -> None:
    """As if everything had been written long ago."""
    then = time.time() - LONG_AGO
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (then, then))


def test_the_day_that_is_killed_has_every_kind_of_mail(home: Home, here: World, forks: Forks) -> None:
    since = len(here.smtp.accepted)
    assert forks.live(home.life(SECOND)).code in RUN_ENDED
    mails = here.news(since)
    joint = [mail for mail in mails if "joint bid" in mail.subject or "réponse commune" in mail.subject]
    assert {mail.to for mail in joint} >= {"leti@example.org", "mines@example.org"}
    assert [mail.calls for mail in mails if mail.to == "seeker@example.org"]
    assert any(mail.to == "ops@example.org" for mail in mails)
    seen = look_at(home, SECOND)
    assert seen.joint_bids == ({name(2)}, SECOND)
    assert seen.told["seeker"]


@has_a_long_form
def test_a_day_killed_at_any_stage_ends_like_one_that_was_not(home: Home, here: World, forks: Forks) -> None:
    database = "postgresql" if home.cluster else "sqlite"
    kills = Kills(database, home, forks, here, seed=7)
    kills.kill(POINTS[database])
    assert [sentence for account in kills.accounts.values() for sentence in account.wrong] == []
    assert sum(account.points for account in kills.accounts.values()) == POINTS[database]


@has_a_long_form
@pytest.mark.parametrize("home", either(short=["sqlite"], long=["sqlite", "postgresql"]), indirect=True)
def test_a_mail_given_up_right_before_the_kill_is_told_by_the_next_run(home: Home, here: World, forks: Forks) -> None:
    moments = moments_of(home, forks)
    delivered = moments.index(DELIVER)
    after = next(n for n in range(delivered, len(moments)) if moments[n] != DELIVER)
    since = len(here.smtp.accepted)
    assert forks.live(home.life(SECOND, after + 1)).killed
    assert not [mail for mail in here.news(since) if "not delivered" in mail.subject]
    assert forks.live(home.life(SECOND)).code in RUN_ENDED
    told = [mail for mail in here.news(since) if "not delivered" in mail.subject]
    assert len(told) == 1
    assert "for gone is not delivered: RCPT TO was answered 550 5.1.1" in told[0].text
    assert forks.live(home.life(SECOND)).code in RUN_ENDED
    assert len([mail for mail in here.news(since) if "not delivered" in mail.subject]) == 1


@has_a_long_form
@pytest.mark.parametrize("home", either(short=["sqlite"], long=["sqlite", "postgresql"]), indirect=True)
def test_kills_while_the_index_is_written_leave_nothing_that_grows(home: Home, here: World, forks: Forks) -> None:
    """Moments of this stage alone are counted: of others there are more or fewer, by the pieces of what servers say."""
    at, kills = moments_of(home, forks).count(INDEX), 0
    left: set[str] = set()
    for number in range(40):
        here.portal.index.replace([*second_listing(), photonics(40 + number)])
        death = forks.live(replace(home.life(SECOND, at), stage="index"))
        kills += death.killed
        at = at - 1 if death.killed else death.moments.count(INDEX)  # after one that was killed late there are fewer
        left |= left_over(home.folder)
        age(home.folder)
        if left and kills > FEWEST:
            break
    assert left
    assert kills > FEWEST
    here.portal.index.replace([*second_listing(), photonics(50)])
    assert forks.live(home.life(THIRD)).code in RUN_ENDED
    assert left_over(home.folder) == set()
    assert [path.name for path in (home.folder / "index").iterdir()] == ["generation"]
    assert list(home.folder.glob("index.stale.*")) == []
