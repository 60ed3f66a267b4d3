"""Joint bids are told once, to the readers of all institutes that they concern, by one round of mails."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest

from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.app.mails.joint_round import JointRound
from matcher.app.sources.project_fetching import fetch_projects
from matcher.config.settings import load_settings
from matcher.model.decision import Act, Entry, Owner
from matcher.store.database import Store
from tests.helpers.home import DAY, QUICK, Place
from tests.helpers.joint import JOINT, joint_place, joint_projects

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.model.subscription import Digest, Subscriber
    from tests.helpers.home import Run

READERS = """
subscribers:
  - {id: ana, address: ana@brgm.example.org, institutes: [brgm], language: en, frequency: daily}
  - {id: ida, address: ida@inria.example.org, institutes: [inria], language: fr, frequency: {weekly: monday}}
  - {id: net, address: europe@example.org, institutes: ["*"], language: en, frequency: {weekly: monday},
     threshold: 1}
  - {id: quiet, address: quiet@brgm.example.org, institutes: [brgm], joint_bids: false}
  - {id: gone, address: gone@brgm.example.org, institutes: [brgm], frequency: "off"}
  - {id: digital, address: digital@brgm.example.org, institutes: [brgm], programmes: [DIGITAL]}
  - {id: muted, address: muted@brgm.example.org, institutes: [brgm], mute: {calls: [HORIZON-TEST-2027-0000-01]}}
"""
CONCERNED = {"ana", "ida", "net"}


@pytest.fixture(scope="module")
def fetched_once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("joint")
    made = joint_place(folder)
    home = Home(load_settings(environ=made.environment))
    fetch_projects(home, [str(joint_projects(folder))])
    current_index(home)  # built once for all
    (made.config / "subscribers.yaml").write_text(READERS, encoding="utf-8")
    for institute in ("brgm", "inria"):
        decide(made, institute, Act.KEEP)
    return made


@pytest.fixture
def place(fetched_once: Place, tmp_path: Path) -> Place:
    """Two institutes that both keep the call that they cover together, and their readers."""
    made = Place(tmp_path / "home", tmp_path / "config")
    shutil.copytree(fetched_once.home, made.home)
    shutil.copytree(fetched_once.config, made.config)
    return made


def decide(place: Place, institute: str, act: Act) -> None:
    at = datetime.fromisoformat(f"{DAY}T10:00:00+02:00")
    with Store.open(f"sqlite:///{place.home}/matcher.db") as store:
        store.decisions.add([Entry(Owner(institute), JOINT, act, at, by="ana")])


def send(run: Run, place: Place, days: int = 0, *words: str) -> list[dict[str, Any]]:
    """The lines of the mails of joint bids of a day."""
    day = date.fromisoformat(DAY) + timedelta(days=days)
    answer = run(place, "digest", "send", "--as-of", day.isoformat(), "--json", *words)
    assert answer.code == 0, answer.err
    return [line for line in json.loads(answer.out)["digests"] if line["kind"] == "bids"]


@dataclass
class Arrived:
    to: str
    cc: object
    text: str


def mails(place: Place) -> list[Arrived]:
    """The mails of joint bids that were delivered."""
    found = []
    for path in sorted((place.home / "outbox").rglob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        if str(message["Message-ID"]).startswith("<bids."):
            text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            copies = [value for name, value in message.items() if name.lower() in {"cc", "bcc"}]
            found.append(Arrived(str(message["To"]), copies, " ".join(text.split())))
    return found


def test_a_bid_is_told_once_to_all_concerned_each_by_a_mail_of_his_own(run: Run, place: Place) -> None:
    lines = send(run, place)
    assert {line["subscriber"]: line["mail"] for line in lines} == dict.fromkeys(CONCERNED, "sent")
    arrived = mails(place)
    assert len(arrived) == len(CONCERNED)
    for mail in arrived:
        assert re.fullmatch(r"[^@]*@[^@]*", mail.to)
        assert mail.cc == []
        assert "example.org" not in mail.text.replace(mail.to.split("<")[-1].strip(">"), "")
        assert re.search(r"(BRGM|Inria) \d+ ?: (begins|commence)", mail.text)
        assert re.search(r"(BRGM|Inria) \d+ ?: (adds|ajoute) ", mail.text)
        assert "PROJ1, PROJ2" in mail.text
    assert any("Déjà ensemble" in mail.text for mail in arrived)
    for later in (0, 1, 7, 14):
        assert send(run, place, later) == []


def test_the_digest_tells_of_the_call_all_the_same(run: Run, place: Place) -> None:
    """The mail of joint bids is beside the digests: what it tells is neither told nor due by it."""
    assert send(run, place)
    with Store.open(f"sqlite:///{place.home}/matcher.db", read_only=True) as store:
        told = store.told.delivered("ana")
        assert store.told.last_day("ida") is None or JOINT in store.told.delivered("ida")
        assert JOINT in told
        assert JOINT in store.told.seen_by_anyone()


def test_a_second_bid_waits_for_the_next_round(run: Run, place: Place) -> None:
    decide(place, "inria", Act.DISMISS)
    assert send(run, place) == []
    decide(place, "inria", Act.KEEP)
    assert {line["subscriber"] for line in send(run, place, 1)} == CONCERNED
    with Store.open(f"sqlite:///{place.home}/matcher.db", read_only=True) as store:
        told, last = store.told.joint_bids(before=date.fromisoformat(DAY) + timedelta(days=2))
    assert (told, last) == ({JOINT}, date.fromisoformat(DAY) + timedelta(days=1))


def test_whose_mail_cannot_be_made_has_the_bid_with_the_next_round(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs the others nothing, he gets it once, and who may have asked for no mail gets none."""
    composed = JointRound.digest

    def fails_for_ida(self: JointRound, reader: Subscriber) -> Digest:
        if reader.identifier == "ida":
            raise ValueError("a profile that nobody can read")
        return composed(self, reader)

    day = date.fromisoformat(DAY)
    with Store.open(f"sqlite:///{place.home}/matcher.db") as store:
        store.facts.set("reader-choice:net", "{")
    with monkeypatch.context() as broken:
        broken.setattr(JointRound, "digest", fails_for_ida)
        answer = run(place, "digest", "send", "--as-of", DAY)
        assert answer.code == 3
        assert "joint bids for ida" in answer.err
    assert {mail.to.partition(" ")[0] for mail in mails(place)} == {"ana"}
    with Store.open(f"sqlite:///{place.home}/matcher.db") as store:
        store.facts.set("reader-choice:net", None)
        assert store.told.missed_bids("ida", before=day + timedelta(days=1)) == {JOINT}
    assert send(run, place, 1) == []
    assert {line["subscriber"]: line["calls"] for line in send(run, place, 7)} == {"ida": 1, "net": 1}
    assert send(run, place, 14) == []
    assert len(mails(place)) == len(CONCERNED)


def test_a_dry_run_says_who_would_get_it_and_a_named_one_gets_none(run: Run, place: Place) -> None:
    assert {line["mail"] for line in send(run, place, 0, "--dry-run")} == {"ready"}
    assert send(run, place, 0, "ana") == []
    assert {line["subscriber"] for line in send(run, place)} == CONCERNED


def test_the_network_may_want_none(run: Run, place: Place) -> None:
    (place.config / "matcher.toml").write_text(QUICK + "[digest]\nthreshold = 0\njoint_bids = false\n", "utf-8")
    assert send(run, place) == []


@pytest.mark.parametrize(("language", "said"), [("en", "begins"), ("fr", "commence")])
def test_it_can_be_seen_before(run: Run, place: Place, language: str, said: str) -> None:
    words = ("digest", "preview", "ana", "--joint-bids", "--language", language, "--as-of", DAY)
    answer = run(place, *words)
    assert answer.code == 0, answer.err
    assert JOINT in answer.out
    assert said in answer.out
    assert "would not be sent" not in answer.err
    send(run, place)
    after = run(place, *words[:-1], (date.fromisoformat(DAY) + timedelta(days=1)).isoformat())
    assert JOINT not in after.out
    assert "no new joint bid" in after.err
    assert "wants none" in run(place, "digest", "preview", "quiet", *words[3:]).err


def test_the_networks_mail_says_who_covers_a_joint_call(run: Run, place: Place) -> None:
    send(run, place)
    later = (date.fromisoformat(DAY) + timedelta(days=7)).isoformat()
    answer = run(place, "digest", "preview", "net", "--as-of", later)
    assert re.search(rf"{JOINT} .*Together: (BRGM|Inria), .*\d+%\) ?: ?\d+% covered", " ".join(answer.out.split()))
