from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import PortalError
from matcher.portal.search import WINDOW
from matcher.portal.splitting import IgnoredQueryError, Splitter

FIELD = "frameworkProgramme"
QUERY = {"bool": {"must": [{"terms": {"type": ["1"]}}]}}


class Rows:
    """Counts of rows by programme and day of start (either may be None), asked through queries as the portal is."""

    def __init__(self, counts, *, broken=()):
        self.counts = counts
        self.broken = broken

    def matching(self, query):
        return {place for place in self.counts if all(self._meets(place, test) for test in self._tests(query))}

    def count(self, query):
        return sum(self.counts[place] for place in self.matching(query))

    def facet(self, query, field):
        assert field == FIELD
        if "facet" in self.broken:
            raise PortalError("no facets today")
        found = {}
        for place in sorted(self.matching(query), key=str):
            if place[0]:
                found[place[0]] = found.get(place[0], 0) + self.counts[place]
        return found

    def _tests(self, query):
        yield from ((clause, True) for clause in query["bool"]["must"])
        yield from ((clause, False) for clause in query["bool"].get("must_not", []))

    def _meets(self, place, test):
        clause, wanted = test
        programme, day = place
        if "range" in clause:
            bounds = clause["range"]["startDate"]
            inside = day is not None and bounds["gte"] <= f"{day}T00:00:00.000+0000" <= bounds["lte"]
            return inside is wanted
        ((field, values),) = clause["terms"].items()
        return field == "type" or ((programme in values) is wanted)


def split(rows):
    reported = []
    parts = list(Splitter(rows.count, rows.facet, reported.append).parts(QUERY, sum(rows.counts.values())))
    return parts, reported


days = st.none() | st.integers(0, 9000).map(lambda n: date(2014, 1, 1) + timedelta(days=n))
places = st.tuples(st.sampled_from(["43108390", "43152860", None]), days)


@given(st.dictionaries(places, st.integers(1, WINDOW), max_size=30), st.sampled_from([(), ("facet",)]))
def test_the_parts_hold_every_row_once_and_fit(counts, broken):
    rows = Rows(counts, broken=broken)
    parts, reported = split(rows)
    held = [place for part in parts for place in rows.matching(part.query)]
    assert sorted(map(str, held)) == sorted(map(str, counts)) or not counts
    for part in parts:
        assert part.counted == rows.count(part.query)
        assert part.counted <= WINDOW or reported


def test_a_listing_that_fits_is_one_part():
    parts, reported = split(Rows({("43108390", None): WINDOW}))
    assert [(part.name, part.query) for part in parts] == [("the listing", QUERY)]
    assert reported == []


def test_a_day_with_more_rows_than_can_be_seen_is_reported():
    parts, reported = split(Rows({("43108390", date(2026, 5, 1)): WINDOW + 20}))
    assert len(parts) == 1
    assert len(reported) == 1
    assert reported[0].startswith("programme 43108390, started 2026-05-01 to 2026-05-01 has 10020 rows")
    assert reported[0].endswith("only 10000 of them can be seen.")


def test_a_part_that_is_not_counted_is_reported_and_the_others_are_kept():
    class Flaky(Rows):
        def count(self, query):
            if "must_not" in query["bool"]:
                raise PortalError("no answer")
            return super().count(query)

    parts, reported = split(Flaky({("43108390", date(2026, 5, 1)): WINDOW, ("43152860", None): 5}))
    assert [part.name for part in parts] == ["programme 43108390", "programme 43152860"]
    assert reported == ["The portal did not count other programmes, which is left out: no answer."]


@pytest.mark.parametrize("ignored", ["range", "terms", "must_not"])
def test_parts_that_are_no_smaller_than_the_whole_end_the_splitting_at_once(ignored):
    asked = []

    class Deaf(Rows):
        def count(self, query):
            asked.append(query)
            return super().count(query)

        def _tests(self, query):
            for clause, wanted in super()._tests(query):
                if ignored not in clause and (wanted or ignored != "must_not"):
                    yield clause, wanted

    many = {(None, date(2026, 5, 1) + timedelta(days=n)): WINDOW for n in range(4)}
    with pytest.raises(IgnoredQueryError, match=r"rows in .*, but .* in its parts: it ignores part of what is asked"):
        split(Deaf({("43108390", date(2026, 5, 9)): WINDOW} | many, broken=("facet",) if ignored == "range" else ()))
    assert len(asked) <= 4


def test_parts_that_hold_less_than_the_whole_are_told():
    class Forgetful(Rows):
        def count(self, query):
            return super().count(query) // (2 if "range" in str(query["bool"]["must"]) else 1)

    parts, reported = split(Forgetful({("43108390", date(2026, 5, 1)): WINDOW + 5000}))
    assert sum(part.counted for part in parts) == 7500
    assert reported == ["The portal counts 15000 rows in programme 43108390, but only 7500 in its parts."]
