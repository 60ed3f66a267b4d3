"""Parts of programmes: which a call is in, what a name means, and what a configuration may change."""

from __future__ import annotations

from collections import defaultdict

import pytest

from matcher.config.part_file import load_parts, packaged_parts
from matcher.errors import ConfigError, UsageError
from matcher.model import part_table
from matcher.model.call import Action, Call
from matcher.model.part_table import PartTable
from matcher.model.parts import PartKind

TABLE = packaged_parts()


def parts_of(identifier: str, programme: str | None = None, **facts: object) -> list[str]:
    return [part.identifier for part in TABLE.of(Call(identifier, "A title", programme=programme, **facts))]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("clean aviation", "JU-CLEAN-AVIATION"),
        ("EIC pathfinder", "EIC-PATHFINDER"),
        ("pathfinder eic", "EIC-PATHFINDER"),
        ("cluster 4", "HORIZON-CL4"),
        ("Cluster IV", "HORIZON-CL4"),
        ("CL4", "HORIZON-CL4"),
        ("pôle 4", "HORIZON-CL4"),
        ("soil mission", "MISS-SOIL"),
        ("mission sols", "MISS-SOIL"),
        ("SNS", "JU-SNS"),
        ("chips JU", "JU-CHIPS"),
        ("Chips Joint Undertaking", "JU-CHIPS"),
        ("EU Rail", "JU-RAIL"),
        ("europe's rail", "JU-RAIL"),
        ("pilier II", "HORIZON-P2"),
        ("Marie Sklodowska-Curie", "MSCA"),
        ("Marie Skłodowska-Curie actions", "MSCA"),
        ("accélérateur", "EIC-ACCELERATOR"),
        ("Europe numerique", "DIGITAL"),
        ("defense fund", "EDF"),
        ("LIFE clean energy transition", "LIFE-CET"),
        ("farm to fork", "CL6-FARM2FORK"),
        ("horizon", "HORIZON"),
        ("43108390", "HORIZON"),
        ("CL5 D5", "CL5-D5"),
        ("ERC StG", "ERC-STG"),
        ("MSCA DN", "MSCA-DN"),
        ("synergy", "ERC-SYG"),
        ("widening", "WIDENING"),
        ("teaming", "TEAMING"),
        ("twinning", "TWINNING"),
        ("hop on", "HOP-ON"),
        ("ERA chairs", "ERA-CHAIRS"),
        ("BATT4EU", "CPP-BATT4EU"),
        ("2ZERO partnership", "CPP-2ZERO"),
        ("made in europe", "CPP-MADE-IN-EUROPE"),
        ("entreprise commune semi-conducteurs", "JU-CHIPS"),
        ("conseil européen de la recherche", "ERC"),
        ("un pacte pour les sols", "MISS-SOIL"),
        ("restore our ocean", "MISS-OCEAN"),
        ("climate neutral cities", "MISS-CIT"),
        ("rail européen", "JU-RAIL"),
        ("excellence scientifique", "HORIZON-P1"),
        ("LIFE transition énergétique", "LIFE-CET"),
        ("connecting europe", "CEF"),
        ("fonds européen de défense", "EDF"),
        ("défense", "EDF"),
        ("ERC consolidator", "ERC-COG"),
        ("éclaireur EIC", "EIC-PATHFINDER"),
        ("LIFE économie circulaire", "LIFE-ENV"),
        ("programme pour une Europe numérique", "DIGITAL"),
        ("océans et eaux", "MISS-OCEAN"),
        ("santé des sols", "MISS-SOIL"),
        ("chips act", "JU-CHIPS"),
    ],
)
def test_a_part_is_known_by_what_people_call_it(name: str, part: str) -> None:
    assert TABLE.named(name).identifier == part


@pytest.mark.parametrize("name", ["cluster 9", "pillar 5", "zzz", "", "…", "x" * 10_000, "EI"])
def test_what_is_no_part_is_an_error_that_says_what_to_do(name: str) -> None:
    with pytest.raises(UsageError, match="matcher programmes") as refused:
        TABLE.named(name)
    assert len(str(refused.value)) < 600


def test_a_slip_that_could_be_several_names_them() -> None:
    with pytest.raises(UsageError, match=r"did you mean .*Cluster .* or .*Cluster"):
        TABLE.named("cluster 8")
    with pytest.raises(UsageError, match=r"did you mean EIC Pathfinder"):
        TABLE.named("EIC pathfnder")
    with pytest.raises(UsageError, match=r"did you mean HORIZON\?"):
        TABLE.named("HORIZN")


def test_no_name_means_two_parts() -> None:
    for spelt in (part_table._words, part_table._letters):
        meant = defaultdict(set)
        for part in TABLE:
            for name in part.called:
                meant[spelt(name)].add(part.identifier)
        assert {name: parts for name, parts in meant.items() if len(parts) > 1} == {}


def test_every_part_is_within_parts_that_there_are_and_in_a_programme() -> None:
    known = {part.identifier for part in TABLE}
    for part in TABLE:
        assert set(part.within) <= known
        assert (part.kind is PartKind.PROGRAMME) == (not part.within), part


@pytest.mark.parametrize(
    ("identifier", "programme", "parts"),
    [
        ("HORIZON-CL5-2027-07-D3-28", "HORIZON", ["HORIZON", "HORIZON-P2", "HORIZON-CL5", "CL5-D3"]),
        (
            "HORIZON-EIC-2026-PATHFINDEROPEN",
            "HORIZON",
            ["HORIZON", "HORIZON-P3", "EIC", "EIC-PATHFINDER", "EIC-PATHFINDER-OPEN"],
        ),
        ("HORIZON-NEB-2027-02-NEB-SOIL-01", "HORIZON", ["HORIZON", "HORIZON-P2", "NEB", "MISS", "MISS-SOIL"]),
        ("HORIZON-MISS-2026-06-CLIMA-SOIL", "HORIZON", ["HORIZON", "HORIZON-P2", "MISS", "MISS-CLIMA", "MISS-SOIL"]),
        ("HORIZON-JU-CHIPS-2026-1-IA", "HORIZON", ["HORIZON", "HORIZON-P2", "JU", "JU-CHIPS"]),
        ("DIGITAL-JU-Chips-2025-SG-LFA", "DIGITAL", ["DIGITAL", "JU", "JU-CHIPS"]),
        ("LIFE-2026-SAP-CLIMA-GOV", "LIFE", ["LIFE", "LIFE-CLIMA", "LIFE-SAP"]),
        ("EDF-2026-RA-AIR-A4R", "EDF", ["EDF", "EDF-RA"]),
        ("CEF-E-2026-PCI-PMI-WORKS", "CEF", ["CEF", "CEF-E"]),
        ("ICT-11-2018-2019", "H2020", ["H2020", "H2020-P2", "H2020-ICT"]),
        ("ERC-2018-STG", "H2020", ["H2020", "H2020-P1", "ERC", "ERC-STG"]),
        ("ERC-2026-POC", "HORIZON", ["HORIZON", "HORIZON-P1", "ERC", "ERC-POC"]),
        ("ICT-11-2018-2019", "LIFE", ["LIFE"]),  # an identifier that looks like that of another programme's
        ("HORIZON-EURATOM-2027-01-01", "EURATOM", ["EURATOM"]),
        ("EuropeAid/186347/DD/ACT/XK", "111111", ["RELEX-PROSPECT"]),
        ("HORIZON-CL4-2023-DATA-01-02", None, ["HORIZON", "HORIZON-P2", "HORIZON-CL4", "CL4-DATA"]),
    ],
)
def test_a_call_is_in_its_parts_the_widest_first(identifier: str, programme: str | None, parts: list[str]) -> None:
    assert parts_of(identifier, programme) == parts


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Better cells (BATT4EU Partnership)", ["CPP", "CPP-BATT4EU"]),
        ("Furnaces (Processes4Planet and Clean Steel partnerships)", ["CPP", "CPP-CLEAN-STEEL", "CPP-P4PLANET"]),
        ("Batteries for people", []),
    ],
)
def test_a_partnership_is_told_by_the_title_where_nothing_else_does(title: str, parts: list[str]) -> None:
    call = Call("HORIZON-CL5-2027-07-D3-15", title, programme="HORIZON")
    found = [part.identifier for part in TABLE.of(call)]
    assert [part for part in found if part.startswith("CPP")] == parts
    assert [part for part in found if part.startswith("HORIZON-P")] == ["HORIZON-P2"]  # no partnership brings a pillar


def test_a_pillar_is_never_that_of_another_part_s_calls() -> None:
    several = [part.identifier for part in TABLE if sum(wide.startswith("HORIZON-P") for wide in part.within) > 1]
    assert several == []


def test_codes_of_the_portal_and_types_of_action_tell_a_part_where_the_identifier_does_not() -> None:
    assert "EURATOM-FUSION" in parts_of("HORIZON-EURATOM-2027-01-01", "EURATOM", divisions=("43549548",))
    assert "MSCA-DN" in parts_of("HORIZON-X-1", "HORIZON", actions=(Action("HORIZON-TMA-MSCA-DN-ID", ""),))


def test_a_code_without_a_name_is_never_a_programme() -> None:
    placed = TABLE.placed(Call("XX-2031-1", "A title", programme="49999999"))
    assert (placed.programme, placed.parts, TABLE.unnamed("49999999")) == (None, (), True)
    assert TABLE.placed(Call("XX-2031-1", "A title", programme="NEWPROG")).programme == "NEWPROG"


def test_a_part_of_a_programme_is_fetched_with_the_programme() -> None:
    assert TABLE.codes(["EIC pathfinder"]) == ["43108390"]
    assert TABLE.codes(["chips ju"]) == ["43152860", "43108390"]
    assert TABLE.codes(["LIFE", "46000000"]) == ["43252405", "31107710", "46000000"]


def test_the_table_is_kept_with_an_index() -> None:
    again = PartTable.from_json(TABLE.to_json())
    assert list(again) == list(TABLE)


def test_a_configuration_adds_parts_and_replaces_others(tmp_path) -> None:
    (tmp_path / "parts.yaml").write_text(
        "NEW: {kind: programme, en: New Fund, fr: Nouveau fonds, codes: ['49999999']}\n"
        "EIC: {kind: scheme, within: [HORIZON-P3], en: EIC, fr: CEI, names: [favourite], calls: ['HORIZON-EIC-*']}\n"
    )
    table = load_parts(tmp_path)
    assert table.named("favourite").identifier == "EIC"
    assert table.placed(Call("XX-1", "A title", programme="49999999")).programme == "NEW"
    assert len(table) == len(TABLE) + 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("EIC: {kind: scheme, en: EIC}", "EIC.fr: missing"),
        ("EIC: {kind: thing, en: EIC, fr: CEI}", "EIC.kind: found 'thing'"),
        ("EIC: {kind: scheme, en: EIC, fr: CEI, within: [NOWHERE]}", "EIC.within: found 'NOWHERE'"),
        ("EIC: {kind: scheme, en: EIC, fr: CEI, calls: ['HORIZON-EIC-*'], colour: red}", "no such key"),
        ("eic small: {kind: scheme, en: EIC, fr: CEI}", "parts.yaml"),
        ("- EIC", "parts of programmes by key"),
    ],
)
def test_a_mistake_in_the_table_is_told_with_its_key(tmp_path, text: str, told: str) -> None:
    (tmp_path / "parts.yaml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_parts(tmp_path)
    assert told in str(refused.value)
