"""The file of a new institute: right as it is, and right when every example in it is made use of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.config.institutes import read_institute
from matcher.config.profile_template import WIDTH, profile_keys, skeleton
from matcher.model.institute import ProposedSkill
from matcher.ranking.texts.searching import SNIPPET
from matcher.text import untrusted

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.model.institute import Institute

_EXAMPLE = re.compile(r"^#( *(?:- |[a-z_]+:))", re.MULTILINE)


def read(folder: Path, name: str, text: str) -> Institute:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return read_institute(path)


@pytest.mark.parametrize("name", ["rocks-and-water", "no", "2024-01-01", "007"])
def test_a_new_file_is_valid_and_says_nothing_of_its_own(tmp_path, name):
    found = read(tmp_path, name, skeleton(name))
    assert found.identifier == name
    assert found.acronym == name.replace("-", " ").title()
    assert not found.profile().parts
    assert not any((found.legal_names, found.labs, found.projects, found.exclude, found.pin))


def test_every_example_of_it_is_valid(tmp_path):
    found = read(tmp_path, "rocks", _EXAMPLE.sub(r"\1", skeleton("rocks")))
    assert found.keywords_en == ("hydrometallurgy", "groundwater")
    assert len(found.keywords_en) == len(found.keywords_fr)
    assert found.labs[0].cordis.add
    assert found.projects[0].date
    assert found.legal_names[0].pic
    assert found.pin
    assert found.website


def test_every_key_is_there_with_its_meaning():
    text = skeleton("rocks")
    assert all(len(line) <= WIDTH for line in text.splitlines())
    said = " ".join(word for word in text.split() if word != "#")
    for key in profile_keys():
        assert re.search(rf"^#? *(?:- )?{key.path.rpartition('.')[2]}:", text, re.MULTILINE), key.path
        assert key.text.endswith(".")
        assert key.text in said, key.path


# fmt: off
_AWKWARD = (
    "NO", "null", "~", "1e3", "0x10", "2026-05-07", "- dash", "-", "a: b", "a #b", "#a", "'q'", '"q"', "it's", "*x",
    "&x", "!x", "%x", "@x", "`x`", "[a, b]", "{a: b}", "? x", "| x", "> x", "a:", "🔋 batteries", "é\u2028è", "---",
    "...", "\\", "a\tb", "<<", "=", "yes, no",
)
# fmt: on
_TERMS = st.lists(
    st.sampled_from(_AWKWARD) | st.text(min_size=1, max_size=80), min_size=1, max_size=6, unique_by=str.casefold
)


@given(terms=_TERMS, sentence=st.text(max_size=120), language=st.sampled_from(["en", "fr"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_proposed_term_holds_the_file_is_valid_and_says_the_same_once_it_is_taken(
    tmp_path, terms, sentence, language
):
    cleaned = list(dict.fromkeys(filter(None, (untrusted.text(term, SNIPPET).strip() for term in terms))))
    proposed = [ProposedSkill(t, language, 1.0, "a.pdf", untrusted.text(sentence, SNIPPET)) for t in cleaned]
    text = skeleton("rocks", proposed)
    untouched = read(tmp_path, "rocks", text)
    assert not untouched.profile().parts
    taken = read(tmp_path, "rocks", re.sub(r"^#(    - )", r"\1", text, flags=re.MULTILINE))
    kept = taken.keywords_en if language == "en" else taken.keywords_fr
    assert [one for one in kept if one in cleaned] == cleaned
