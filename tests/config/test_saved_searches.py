"""`searches` of a subscriber: what may be written, and what is told of what may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from matcher.config.subscribers import load_subscribers
from matcher.errors import ConfigError
from matcher.model.searched import SavedSearch, Search

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.model.subscription import Subscriber

EXAMPLE = "`- {words: groundwater recharge, part: cluster 6, action: RIA}`"


def load(folder: Path, *lines: str) -> tuple[Subscriber, ...]:
    text = "subscribers:\n  - address: ana@example.org\n" + "".join(f"    {line}\n" for line in lines)
    (folder / "subscribers.yaml").write_text(text, encoding="utf-8")
    return load_subscribers(folder, ())


def searches(folder: Path, *entries: str, **keys: str) -> tuple[SavedSearch, ...]:
    lines = [f"{key}: {value}" for key, value in keys.items()]
    return load(folder, *lines, "searches:", *(f"  - {entry}" for entry in entries))[0].searches


def mistakes(folder: Path, *entries: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        searches(folder, *entries)
    path = f"{folder / 'subscribers.yaml'}: subscribers.1.searches."
    assert all(line.startswith(path) for line in caught.value.mistakes)
    return [line.removeprefix(path) for line in caught.value.mistakes]


def test_whoever_has_searches_needs_no_institute(tmp_path: Path) -> None:
    (ana,) = load(tmp_path, "searches: [groundwater]")
    assert ana.institutes == ()
    assert ana.searches == (SavedSearch("groundwater", Search(("groundwater",))),)


def test_everything_that_can_be_said_of_a_search(tmp_path: Path) -> None:
    found = searches(
        tmp_path,
        "{words: groundwater recharge, part: soil mission, action: ria, threshold: 40, name: Nappes}",
        "{words: batteries, part: [cluster 5, LIFE], action: [IA, CSA]}",
        "2024",
    )
    assert found == (
        SavedSearch("Nappes", Search(("groundwater", "recharge")), ("MISS-SOIL",), ("RIA",), 40),
        SavedSearch("batteries", Search(("batteries",)), ("HORIZON-CL5", "LIFE"), ("IA", "CSA")),
        SavedSearch("2024", Search(("2024",))),
    )


def test_a_part_alone_is_searched_for_by_its_name(tmp_path: Path) -> None:
    (found,) = searches(tmp_path, "{part: soil mission}", language="en")
    assert found.name == found.search.text == "Mission A Soil Deal for Europe"
    assert found.parts == ("MISS-SOIL",)
    assert searches(tmp_path, "{part: soil mission}")[0].name.startswith("Mission Un pacte")


def test_what_a_search_does_not_name_is_as_for_the_institutes(tmp_path: Path) -> None:
    found = searches(tmp_path, "one", "{words: two, part: EIC, action: IA}", programmes="[LIFE]", actions="[csa]")
    assert [(s.parts, s.actions) for s in found] == [(("LIFE",), ("CSA",)), (("EIC",), ("IA",))]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        '{words: "", part: soil mision, threshold: 300}',
        '"!!"',
        "{action: RIA}",
        "{words: a, thresold: 5}",
        "5",
        "[groundwater]",
        f"'{'word ' * 51}'",
        "{words: Rocks}",
        "{words: rocks}",
    )
    wanted = f"expected some words, 50 at most, all of which a call has to hold, as in {EXAMPLE}"
    assert [line.partition(": ")[0] for line in found] == [
        *("1.words", "1.threshold", "1.part"),
        *("2.words", "3", "4.thresold", "6", "7.words", "9"),
    ]
    assert found[0] == f"1.words: found '', {wanted}"
    assert found[1] == "1.threshold: found 300, expected at most 100"
    assert "did you mean Mission A Soil Deal for Europe?" in found[2]
    assert found[3] == f"2.words: found '!!', {wanted}"
    assert found[4].endswith(f"expected `words`, or one `part` whose name is searched for, as in {EXAMPLE}")
    assert found[-1] == "9: found 'rocks' a second time, expected another `name`"


def test_whoever_asks_for_nothing_is_told_what_can_be_asked(tmp_path: Path) -> None:
    for lines in ((), ("institutes: []", "searches: []"), ("searches:",)):
        with pytest.raises(ConfigError, match=r"expected `institutes: \[brgm\]`, or `searches` with a list such as"):
            load(tmp_path, *lines)
