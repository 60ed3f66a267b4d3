"""Several institutes and labs in one ranking, and the orders of a ranking."""

from __future__ import annotations

import json

import pytest

DAY = ("--as-of", "2026-05-07")


def asked(run, place, *arguments: str, code: int = 0):
    answer = run(place, "rank", *arguments, *DAY, "--json")
    assert answer.code == code, answer.err
    return json.loads(answer.out) if code == 0 else answer.err


def test_several_stand_side_by_side_each_as_it_would_alone(run, recorded_once):
    both = asked(run, recorded_once, "brgm", "mines", "--top", "5")
    assert set(both) == {"schema", "as_of", "institutes"}
    assert [one["institute"] for one in both["institutes"]] == ["brgm", "mines"]
    for one in both["institutes"]:
        assert one["matches"] == asked(run, recorded_once, one["institute"], "--top", "5")["matches"]
    text = run(recorded_once, "rank", "brgm", "mines", "--top", "5", *DAY).out
    first = both["institutes"][1]["matches"][0]
    assert f"{first['fit']} {first['call']}" in " ".join(text.split())


def test_together_each_call_stands_once_with_the_fit_for_each(run, recorded_once):
    one_list = asked(run, recorded_once, "brgm", "mines", "isifor", "--together", "--top", "12")["matches"]
    calls = [match["call"] for match in one_list]
    assert len(calls) == len(set(calls)) == 12
    assert [match["rank"] for match in one_list] == list(range(1, 13))
    assert [match["fit"] for match in one_list] == sorted((match["fit"] for match in one_list), reverse=True)
    for match in one_list:
        fits = [one["fit"] for one in match["institutes"]]
        assert fits == sorted(fits, reverse=True)
        assert fits[0] == match["fit"]
    alone = {
        m["call"]: m["fit"] for m in asked(run, recorded_once, "mines", "--top", "500", "--min-fit", "0")["matches"]
    }
    listed = [(m["call"], one["fit"]) for m in one_list for one in m["institutes"] if one["institute"] == "mines"]
    assert listed
    assert all(alone[call] == fit for call, fit in listed)


def test_the_same_one_asked_for_twice_counts_once(run, recorded_once):
    assert [one["institute"] for one in asked(run, recorded_once, "BRGM", "brgm")["institutes"]] == ["brgm"]


LAB = "calym/LYSARC (The Lymphoma Academic Research Organisation)"


def test_labs_are_asked_for_by_institute_and_name(run, recorded_once):
    found = asked(run, recorded_once, LAB.upper())
    assert found["institute"] == LAB
    assert found["matches"]
    both = asked(run, recorded_once, "calym", LAB)
    assert [one["institute"] for one in both["institutes"]] == ["calym", LAB]
    assert LAB in asked(run, recorded_once, "calym/nowhere", code=2)


@pytest.mark.parametrize("sort", ["deadline", "opening", "budget"])
def test_a_ranking_is_sorted_within_its_groups(run, recorded_once, sort):
    def key(match):
        if sort == "budget":  # a pot that topics share counts as the equal share of each
            return match["budget_eur"] and match["budget_eur"] / (match["budget_shared_by"] or 1)
        return match["next_deadline" if sort == "deadline" else sort]

    plain = asked(run, recorded_once, "brgm", "--top", "15")["matches"]
    found = asked(run, recorded_once, "brgm", "--top", "15", "--sort", sort)["matches"]
    assert sorted(m["call"] for m in found) == sorted(m["call"] for m in plain)
    for group in {m["group"] for m in found}:
        values = [key(m) for m in found if m["group"] == group and key(m) is not None]
        assert values == sorted(values, reverse=sort != "deadline")
    assert asked(run, recorded_once, "brgm", "--top", "15", "--sort", "fit")["matches"] == plain
    one_list = asked(run, recorded_once, "brgm", "mines", "--together", "--sort", sort)["matches"]
    values = [key(m) for m in one_list if key(m) is not None]
    assert values == sorted(values, reverse=sort != "deadline")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("brgm", "nobody"), "nobody"),
        (("brgm", "mines", "--text", "pumps"), "Say what to rank for"),
        (("brgm", "--sort", "relevance"), "relevance"),
        (("brgm/nothing",), "brgm/nothing"),
        (tuple(["brgm"] * 61), "between 1 and 60"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(run, recorded_once, arguments, told):
    assert told in asked(run, recorded_once, *arguments, code=2)


def test_several_at_once_speak_the_language_of_the_terminal(run, fetched):
    beside = run(fetched, "--lang", "fr", "rank", "cea-leti", "mines", *DAY).out
    assert beside.startswith("Meilleurs appels au ")
    as_one = run(fetched, "--lang", "fr", "rank", "cea-leti", "mines", "--together", *DAY).out
    assert "meilleurs appels au 7 mai 2026" in as_one.splitlines()[0]
    assert "adéquations cea-leti" in as_one
    nothing = run(fetched, "--lang", "fr", "rank", "cea-leti", "mines", "--together", "--min-fit", "100", *DAY).out
    assert "Aucun appel ne convient" in nothing
