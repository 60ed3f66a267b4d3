"""Kills the whole daily run at some hundred moments, lets it run again, and looks: `make kills`.

Each point is a copy of one installation after its first day. Its second day (calls that came, changed and left, a row
that cannot be read, an address that is refused) is begun as a process and ended by SIGKILL: two thirds of the points
exactly at a moment (see `points`), the others up to `LONGEST` seconds after one, wherever that falls. The next run of
that day is let be. What then is there must be what an undisturbed day leaves, and every mail must have arrived once;
a second copy is excused where the process died with a mail in hand that the server had taken from it as the last one.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.app.operation.daily import MAILS_FAILED
from tests.helpers.crash.days import (
    SECOND,
    copies,
    findings,
    first_day,
    in_hand,
    left_over,
    look_at,
    runs_of,
    world,
)
from tests.helpers.crash.forks import Forks
from tests.helpers.crash.points import STAGES
from tests.helpers.postgres import private_cluster, server_programs, wait_until_alone

if TYPE_CHECKING:
    from matcher.model.outcomes import RunRecord
    from tests.helpers.crash.days import Home, Seen, World
    from tests.helpers.crash.forks import Life
    from tests.helpers.flow import Arrived

LONGEST = 0.006
_FIRST = ("deliver", "save", "index", "compose")  # what few points have to meet: a mail in flight is the most delicate
_IN_TURN = tuple(map(STAGES.index, (*_FIRST, "record", "fetch", "deliver")))
RUN_ENDED = {0, 3}  # done; partly done: the address that is refused, the row that cannot be read


@dataclass
class Account:
    """What came of the points of one stage of the day."""

    points: int = 0
    consistent: int = 0
    once: int = 0
    doubled: int = 0  # in the documented window
    wrong: list[str] = field(default_factory=list)


@dataclass
class Undisturbed:
    """The day as it should end."""

    seen: Seen
    mails: list[Arrived]
    moments: dict[int, list[int]]  # by stage: the numbers of the moments that lie in it


class Kills:
    """Points on one database."""

    def __init__(self, name: str, home: Home, forks: Forks, world: World, seed: int) -> None:
        self.accounts = {stage: Account() for stage in STAGES}
        self._name = name
        self._home = home
        self._forks = forks
        self._world = world
        self._chance = random.Random(f"{seed} {name}")
        self._undisturbed = self._live_undisturbed()

    def _live_undisturbed(self) -> Undisturbed:
        since = len(self._world.smtp.accepted)
        with self._home.copy("undisturbed") as home:
            death = self._forks.live(home.life(SECOND))
            assert death.code in RUN_ENDED, death.said
            moments: dict[int, list[int]] = {stage: [] for stage in range(len(STAGES))}
            for number, stage in enumerate(death.moments, 1):
                moments[stage].append(number)
            return Undisturbed(look_at(home, SECOND), self._world.news(since), moments)

    def kill(self, points: int) -> None:
        """So many points, each stage in its turn."""
        done = 0
        while done < points:
            moment = self._chance.choice(self._undisturbed.moments[_IN_TURN[done % len(_IN_TURN)]])
            delay = self._chance.uniform(0.0, LONGEST) if self._chance.random() < 1 / 3 else None
            done += self._point(moment, delay, f"{self._name}{done}")

    def _point(self, moment: int, delay: float | None, name: str) -> bool:
        """One life, one death, one more life; False when the process had ended before the kill."""
        since = len(self._world.smtp.accepted)
        with self._home.copy(name) as home:
            death = self._forks.live(self._life(home, moment, delay))
            if not death.killed:
                assert death.code in RUN_ENDED, death.said
                return False
            self._world.quiet()
            if home.cluster:
                wait_until_alone(home.url)
            self._aftermath(home)
            before = self._world.news(since)
            left = in_hand(home)
            after = self._forks.live(home.life(SECOND))
            self._world.quiet()
            account = self.accounts[STAGES[death.moments[-1]] if death.moments else STAGES[0]]
            wrong = [f"exit {after.code}: {after.said}"] if after.code not in RUN_ENDED else []
            wrong += self._inconsistent(home)
            excused = {before[-1].message_id} & set(left) if before else set()
            doubled, wrong_mails = self._mails(self._world.news(since), excused, told_of=bool(left))
        account.points += 1
        account.consistent += not wrong
        account.once += not wrong_mails and not doubled
        account.doubled += not wrong_mails and doubled
        where = f"{self._name}, moment {moment}" + (f" and {delay * 1000:.2f} ms" if delay is not None else "")
        account.wrong += [f"{where}: {sentence}" for sentence in (*wrong, *wrong_mails)]
        return True

    def _life(self, home: Home, moment: int, delay: float | None) -> Life:
        return home.life(SECOND, moment, delay)

    def _aftermath(self, home: Home) -> None:
        """What else the end of the process brings with it: nothing."""

    def _inconsistent(self, home: Home) -> list[str]:
        wrong = findings(home)
        seen = look_at(home, SECOND)
        notice = {name for name in seen.mails if name not in self._undisturbed.seen.mails}
        for name in notice if len(notice) == 1 else ():
            seen.mails.pop(name)  # what `_mails` looks at
        wrong += [f"{name} differ" for name in self._undisturbed.seen.differences(seen)]
        wrong += _badly_recorded(runs_of(home))
        if len(left_over(home.folder)) > 1:
            wrong.append("half-written files pile up")
        return wrong

    def _mails(self, arrived: list[Arrived], excused: set[str], *, told_of: bool) -> tuple[bool, list[str]]:
        """Whether a mail was doubled in the window, and what is wrong: each once, the same words, none other."""
        wanted = {mail.message_id: mail for mail in self._undisturbed.mails}
        counted = copies(arrived)
        wrong = [f"{name} was lost ({wanted[name].subject})" for name in wanted if name not in counted]
        for mail in arrived:
            same = wanted.get(mail.message_id)
            notice = mail.to == "ops@example.org"
            if same is None and not (notice and told_of and MAILS_FAILED in mail.subject):
                wrong.append(f"{mail.message_id} is one mail too many ({mail.subject})")
            elif same is not None and not notice and mail != same:
                wrong.append(f"{mail.message_id} has other words")
        many = {name for name, count in counted.items() if count > 1}
        wrong += [f"{name} came {counted[name]} times" for name in many if name not in excused or counted[name] > 2]
        return bool(many), wrong


def _badly_recorded(runs: list[RunRecord]) -> list[str]:
    """The first day, the run that was killed (unless it died before its first word or after its last), the next one."""
    outcomes = [run.outcome for run in runs]
    killed = outcomes[1:-1]
    good = outcomes[-1] in {"ok", "partial"} and killed in ([], ["interrupted"], ["partial"])
    return [] if good else [f"runs are recorded as {outcomes}"]


def table(kills: dict[str, Kills]) -> str:
    """One line for each database and stage, and the sum."""
    head = f"{'database':<12} {'stage':<9} {'points':>6} {'consistent':>11} {'mails once':>11} {'doubled*':>9}"
    lines, total = [head], Counter[str]()
    for database, done in kills.items():
        for stage, account in done.accounts.items():
            row = {
                "points": account.points,
                "consistent": account.consistent,
                "once": account.once,
                "doubled": account.doubled,
            }
            total.update(row)
            lines.append(_line(database, stage, row))
    lines.append(_line("both" if len(kills) > 1 else "sum", "all", total))
    lines.append("* the process died between the server's acceptance of this mail and its mark: sent again, same bytes")
    return "\n".join(lines)


def _line(database: str, stage: str, row: dict[str, int] | Counter[str]) -> str:
    return f"{database:<12} {stage:<9} {row['points']:>6} {row['consistent']:>11} {row['once']:>11} {row['doubled']:>9}"


def kill_all(points: int, seed: int, folder: Path, databases: dict[str, Path | None]) -> dict[str, Kills]:
    """So many points on each database; the cluster's folder stands beside PostgreSQL's name."""
    done = {}
    with ExitStack() as stack:
        here, forks = stack.enter_context(world()), stack.enter_context(Forks())
        for name, cluster in databases.items():
            (folder / name).mkdir()
            home = first_day(folder / name, here, cluster)
            done[name] = Kills(name, home, forks, here, seed)
            done[name].kill(points)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=160, help="on each database [160]")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    started = time.monotonic()
    with ExitStack() as stack:
        programs = server_programs()
        databases: dict[str, Path | None] = {"sqlite": None}
        if programs is not None:
            databases["postgresql"] = stack.enter_context(private_cluster(programs))
        else:
            print("PostgreSQL's server is not installed: SQLite only.", file=sys.stderr)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kills = kill_all(wanted.points, wanted.seed, folder, databases)
    print(table(kills))
    print(f"seed {wanted.seed}, {time.monotonic() - started:.0f} s")
    wrong = [sentence for done in kills.values() for account in done.accounts.values() for sentence in account.wrong]
    print("\n".join(wrong), file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
