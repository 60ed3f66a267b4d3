"""subscribers.yaml: what it may say, and what a person is told when it says something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from matcher.config.institutes import read_institutes
from matcher.config.settings import packaged_config
from matcher.config.subscribers import find_subscriber, load_subscribers, read_subscribers
from matcher.errors import ConfigError, UsageError
from matcher.model.institute import Institute, Lab
from matcher.model.language import Language
from matcher.model.match import THRESHOLD
from matcher.model.subscription import Frequency, Subscriber

if TYPE_CHECKING:
    from pathlib import Path

INSTITUTES = (
    Institute("brgm", "BRGM", "BRGM", "BRGM"),
    Institute("cea-leti", "CEA-Leti", "Leti", "Leti", labs=(Lab("Photonics & Sensors"),)),
)


def load(folder: Path, text: str) -> tuple[Subscriber, ...]:
    (folder / "subscribers.yaml").write_text(text, encoding="utf-8")
    return load_subscribers(folder, INSTITUTES)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    assert all(line.startswith(f"{folder / 'subscribers.yaml'}: ") for line in caught.value.mistakes)
    return [line.partition(".yaml: ")[2] for line in caught.value.mistakes]


def one(folder: Path, line: str) -> Subscriber:
    return load(folder, f"subscribers:\n  - address: ana@example.org\n    institutes: [brgm]\n    {line}\n")[0]


def test_no_file_is_no_subscriber(tmp_path: Path) -> None:
    assert load_subscribers(tmp_path, INSTITUTES) == ()


def test_the_packaged_file_holds_examples_only_and_they_are_right(tmp_path: Path) -> None:
    text = (packaged_config() / "subscribers.yaml").read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match="expected the key `subscribers`"):
        load(tmp_path, "[]")
    uncommented = "\n".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")).partition(
        "subscribers:"
    )
    office, network = load(tmp_path, "".join(uncommented[1:]))
    defaults = one(tmp_path, "id: x")
    assert (office.identifier, office.name) == ("european-project-office", "European project office")
    assert office.institutes == ("brgm",)
    for name in (
        "language",
        "frequency",
        "threshold",
        "most",
        "reminders",
        "mute_calls",
        "resurface",
        "send_empty",
        "joint_bids",
    ):
        assert getattr(office, name) == getattr(defaults, name)
    assert (network.is_network, network.frequency, network.weekday) == (True, Frequency.WEEKLY, 0)
    assert load_subscribers(packaged_config(), INSTITUTES) == ()


def test_defaults(tmp_path: Path) -> None:
    found = one(tmp_path, "id: ana")
    assert found == Subscriber("ana", "ana", "ana@example.org", institutes=("brgm",), threshold=THRESHOLD)


def test_everything(tmp_path: Path) -> None:
    (found,) = load(
        tmp_path,
        """
subscribers:
  - name: Zoë d'Été
    address: zoe@Bücher.example
    language: en
    institutes: [BRGM, cea-leti/photonics & sensors, brgm]
    frequency: {weekly: Friday}
    threshold: 70
    programmes: [horizon]
    actions: [ria]
    most: 5
    reminders: [3, 21]
    mute: {calls: [HORIZON-1], terms: [nuclear]}
    send_empty: true
    resurface: true
""",
    )
    assert found == Subscriber(
        "zoe-d-ete",
        "Zoë d'Été",
        "zoe@xn--bcher-kva.example",
        Language.EN,
        ("brgm", "cea-leti/Photonics & Sensors"),
        Frequency.WEEKLY,
        4,
        70,
        ("HORIZON",),
        ("RIA",),
        5,
        (21, 3),
        ("HORIZON-1",),
        ("nuclear",),
        send_empty=True,
        resurface=True,
    )


@pytest.mark.parametrize(
    ("written", "frequency", "weekday"),
    [
        ("daily", Frequency.DAILY, 0),
        ("weekdays", Frequency.WEEKDAYS, 0),
        ("off", Frequency.OFF, 0),
        ("'off'", Frequency.OFF, 0),
        ("{weekly: sunday}", Frequency.WEEKLY, 6),
        ("'weekly: tuesday'", Frequency.WEEKLY, 1),
    ],
)
def test_frequencies(tmp_path: Path, written: str, frequency: Frequency, weekday: int) -> None:
    found = one(tmp_path, f"frequency: {written}")
    assert (found.frequency, found.weekday) == (frequency, weekday)


@pytest.mark.parametrize(
    "address",
    [
        "no-at.example.org",
        "a@b@example.org",
        '"a@example.org\\r\\nBcc: x@example.org"',
        '"a@example.org\\n"  # stripped',
        "a b@example.org",
        "a@exa mple.org",
        "a@-example.org",
        "a,b@example.org",
        "<a@example.org>",
        "é@example.org",
        "a@" + "x" * 64 + ".org",
        ".a@example.org",
        "'@example.org'",
        "a@",
    ],
)
def test_addresses_that_are_none(tmp_path: Path, address: str) -> None:
    text = f"subscribers:\n  - address: {address}\n    institutes: [brgm]\n"
    if "stripped" in address:
        assert load(tmp_path, text)[0].address == "a@example.org"
        return
    (line,) = mistakes(tmp_path, text)
    assert line.startswith("subscribers.1.address: found ")
    assert line.endswith("expected an address such as name@example.org")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("frequency: weekly", "subscribers.1.frequency: found 'weekly', expected daily, weekdays, off, or"),
        ("frequency: {weekly: noday}", "expected daily, weekdays, off, or"),
        ("reminders: [0]", "subscribers.1.reminders.1: found 0, expected more than 0"),
        ("threshold: 101", "subscribers.1.threshold: found 101"),
        ("language: de", "subscribers.1.language: found 'de', expected 'fr' or 'en'"),
        ("mutes: 1", "expected no such key (is it misspelt?)"),
        ('name: "a\\r\\nBcc: b"', "subscribers.1.name: found 'a\\r\\nBcc: b', expected one line of text"),
        ("id: Big One", "subscribers.1.id: found 'Big One'"),
    ],
)
def test_mistakes_are_told_by_key(tmp_path: Path, line: str, expected: str) -> None:
    (told,) = mistakes(tmp_path, f"subscribers:\n  - address: ana@example.org\n    institutes: [brgm]\n    {line}\n")
    assert expected in told


def test_a_near_institute_is_named_once_though_its_acronym_is_near_as_well(tmp_path: Path) -> None:
    known = [Institute("onera-isa", "ONERA ISA", "Onera", "Onera")]
    (tmp_path / "subscribers.yaml").write_text(
        "subscribers: [{address: a@example.org, institutes: [onera]}]\n", encoding="utf-8"
    )
    _, (told,) = read_subscribers(tmp_path, known)
    assert str(told).endswith("(did you mean 'onera-isa'?)")


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    text = """
subscribers:
  - {address: ana@example.org, institutes: [brmg, cea-leti/photonic]}
  - {address: Ana@example.org, institutes: ["*", nothing-like-it], id: bea}
  - {address: c@example.org, institutes: [brgm], id: bea}
"""
    assert mistakes(tmp_path, text) == [
        (
            "subscribers.1.institutes.1: found 'brmg', expected the id of an institute, id/lab, or \"*\" "
            "(did you mean 'brgm'?)"
        ),
        (
            "subscribers.1.institutes.2: found 'cea-leti/photonic', expected the id of an institute, id/lab, or \"*\" "
            "(did you mean 'cea-leti/Photonics & Sensors' or 'cea-leti'?)"
        ),
        "subscribers.2.institutes.2: found 'nothing-like-it', expected the id of an institute, id/lab, or \"*\"",
        "subscribers.3.id: found 'bea' a second time, expected another id",
        "subscribers.2.address: found 'ana@example.org' a second time, expected another address",
    ]


def test_one_mistake_of_an_entry_hides_none_of_its_others(tmp_path: Path) -> None:
    text = """
subscribers:
  - {address: ana@example.org, institutes: [brmg], most: 0}
  - {address: ANA@example.org, institutes: 5}
  - 7
  - {address: nowhere, institutes: [nobody]}
"""
    assert [line.partition(": ")[0] for line in mistakes(tmp_path, text)] == [
        "subscribers.1.most",
        "subscribers.2.institutes",
        "subscribers.3",
        "subscribers.4.address",
        "subscribers.1.institutes.1",
        "subscribers.4.institutes.1",
        "subscribers.2.id",
        "subscribers.2.address",
    ]


def test_an_institute_whose_own_file_is_wrong_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "institutes").mkdir()
    (tmp_path / "institutes" / "odd.yaml").write_text("id: odd\nacronym: Odd One\n  colour: 5\n", encoding="utf-8")
    (tmp_path / "subscribers.yaml").write_text(
        "subscribers: [{address: a@example.org, institutes: [ODD, odd/any lab, odd one, even]}]\n", encoding="utf-8"
    )
    read = read_institutes(tmp_path)
    assert len(read.mistakes) == 1
    _, told = read_subscribers(tmp_path, read.institutes, unread=read.unread)
    assert [line.partition(".yaml: ")[2].partition(",")[0] for line in map(str, told)] == [
        "subscribers.1.institutes.4: found 'even'"
    ]


def test_a_file_that_is_no_yaml(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "subscribers: [")[0].startswith("line 1: found '[' that is not closed")
    assert "found the key 'subscribers' twice" in mistakes(tmp_path, "subscribers: []\nsubscribers: []\n")[0]


def test_find(tmp_path: Path) -> None:
    found = load(tmp_path, "subscribers: [{address: ana@example.org, institutes: [brgm]}]")
    assert find_subscriber(found, "ANA") == find_subscriber(found, "Ana@example.org") == found[0]
    with pytest.raises(UsageError, match="did you mean ana"):
        find_subscriber(found, "anna")


@pytest.mark.parametrize(
    ("old", "now"), [(90, "and 5 shows about as many calls as 90 did"), ("high", "20 is the default")]
)
def test_a_place_among_calls_of_old_is_answered_by_what_to_write(tmp_path: Path, old: object, now: str) -> None:
    (told,) = mistakes(tmp_path, f"subscribers:\n  - {{address: a@example.org, institutes: [brgm], min_fit: {old}}}\n")
    assert "expected `threshold`: a fit is a chance in percent now" in told
    assert now in told


@pytest.mark.parametrize(
    ("written", "days", "of_kept"),
    [("[7]", (7,), False), ("kept", (30, 14, 3), True), ("{kept: [3, 7]}", (7, 3), True)],
)
def test_reminders_may_be_of_kept_calls_only(
    tmp_path: Path, written: str, days: tuple[int, ...], of_kept: bool
) -> None:
    found = one(tmp_path, f"reminders: {written}")
    assert (found.reminders, found.reminders_of_kept) == (days, of_kept)
