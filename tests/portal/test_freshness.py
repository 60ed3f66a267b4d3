from __future__ import annotations

import itertools

from matcher.portal.listing import fresh, resolve
from matcher.portal.parsing import parse_row
from tests.helpers.portal.rows import single_rows, topic


def parsed(number=1, **changes):
    return parse_row(topic(number, **changes))


OLD, NEW = "2025-01-01T00:00:00.000+0100", "2026-01-01T00:00:00.000+0100"


def believed(*rows):
    """The row believed, which must not depend on the order in which rows came."""
    answers = [fresh(order) for order in itertools.permutations(rows)]
    assert all(answer == answers[0] for answer in answers)
    (only,) = answers[0]
    return only


def test_the_latest_ingested_row_is_believed_whatever_its_source():
    old = parsed(esDA_IngestDate=[OLD])
    new = parsed(datasource="SEDIA_PRD_CENTRICITY", esDA_IngestDate=[NEW])
    undated = parsed(esDA_IngestDate=None)
    assert believed(old, new, undated) is new


def test_sedia_is_preferred_when_both_are_as_fresh():
    copy = parsed(datasource="SEDIA_PRD_CENTRICITY", title=["Copy"])
    assert believed(copy, parsed()).call.title != "Copy"


def test_english_is_preferred_to_a_fresher_other_language():
    english = parsed(esDA_IngestDate=[OLD])
    assert believed(parsed(language="fr", esDA_IngestDate=[NEW]), english) is english


def test_upper_and_lower_case_are_one_identifier_written_as_the_fresh_row_has_it():
    lower = parsed(identifier=["horizon-x"], esDA_IngestDate=[OLD])
    upper = parsed(identifier=["HORIZON-X"], esDA_IngestDate=[NEW])
    assert believed(lower, upper).call.identifier == "HORIZON-X"


def test_copies_are_counted_by_their_kind():
    rows = [
        parsed(1),
        parsed(1, datasource="SEDIA_PRD_CENTRICITY"),
        parsed(1, language="fr"),
        parsed(2, language="de"),
        parsed(3),
    ]
    found = resolve(rows)
    assert [row.call.identifier[-2:] for row in found.rows] == ["01", "02", "03"]
    assert (found.stale_copies, found.language_copies) == (1, 1)


def test_the_recorded_copies_of_one_call(recorded):
    copies = [parse_row(row) for row in single_rows()["same_identifier_two_datasources"]]
    assert len(copies) == 3
    assert believed(*copies).ingested.year == 2026
