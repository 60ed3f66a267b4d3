"""The whole daily run, killed at random moments of some days: nobody misses a call, and none comes twice unexcused."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from matcher.model.subscription import MailState
from matcher.store.database import Store
from tests.helpers.flow import Flow, photonics, read
from tests.helpers.forms import only_long
from tests.helpers.mail.smtp_server import LocalSmtp

if TYPE_CHECKING:
    from tests.helpers.home import Place

KILLS = 10
DAY = date(2026, 6, 15)
READERS = ("leti@example.org", "mines@example.org")


def start(flow: Flow, day: date) -> subprocess.Popen[bytes]:
    environment = flow.place.process_environment | {"MATCHER_SMTP_URL": flow.smtp}
    command = [sys.executable, "-m", "matcher", "run", "--as-of", day.isoformat()]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def sending(place: Place) -> list[str]:
    """Message-IDs of the mails that a dead process had in hand."""
    with Store.open(f"sqlite:///{place.home / 'matcher.db'}", read_only=True) as store:
        return [queued.mail.message_id for queued in store.outbox.listed(MailState.SENDING)]


def wait_for_mail(server: LocalSmtp, process: subprocess.Popen[bytes], count: int) -> None:
    while len(server.accepted) < count and process.poll() is None:
        time.sleep(0.001)


@only_long
def test_a_run_that_is_killed_again_and_again(place, serve):
    chance = random.Random(11)
    rows = [photonics(n) for n in range(3)]
    portal = serve(rows)
    place.portal = portal.url
    excused: Counter[str] = Counter()
    with LocalSmtp(pace=(0.0, 0.05)) as server:
        flow = Flow(place, server.url)
        began = time.monotonic()
        first = start(flow, DAY)
        assert first.communicate(timeout=120)[1] == b""
        whole = time.monotonic() - began
        for number in range(KILLS):
            rows.append(photonics(10 + number))
            portal.index.replace(rows)
            process = start(flow, DAY + timedelta(days=number + 1))
            if number % 2:  # around the moment when a mail was taken, else at any moment
                wait_for_mail(server, process, len(server.accepted) + chance.randint(1, len(READERS)))
                time.sleep(chance.uniform(0.0, 0.01))
            else:
                time.sleep(chance.uniform(0.3, 0.9) * whole)
            process.kill()
            process.communicate()
            excused.update(sending(place))
        last = start(flow, DAY + timedelta(days=KILLS + 1))
        _, err = last.communicate(timeout=120)
        assert last.returncode == 0, err.decode()
        accepted = [read(mail.body) for mail in server.accepted]
    copies = Counter(mail.message_id for mail in accepted)
    assert all(count - 1 <= excused[message_id] for message_id, count in copies.items())
    for reader in READERS:
        mails = {mail.message_id: mail for mail in accepted if mail.to == reader}
        told = Counter(call for mail in mails.values() for call in mail.calls)
        assert set(told.values()) == {1}
        assert len(told) == len(rows)
    with Store.open(f"sqlite:///{place.home / 'matcher.db'}", read_only=True) as store:
        assert set(store.outbox.counts()) == {MailState.SENT}
