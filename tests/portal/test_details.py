from __future__ import annotations

import pytest

from matcher.errors import PortalError
from matcher.model.call import Section
from tests.helpers.portal.failures import Fault, Faults
from tests.helpers.portal.rows import description

DETAILS = {"TopicDetails": {"description": description(1), "conditions": "<p>Rules.</p>"}}


def test_sections_come_from_the_topic_file_known_by_its_lower_case_name(serve, connect):
    portal = serve([], details={"horizon-x-01": DETAILS})
    found = connect(portal).details("HORIZON-X-01")
    assert [section.name for section in found] == ["Expected Outcome", "Scope", "Conditions"]
    assert found[1] == Section("Scope", "Bearings & rotors are in scope.\nValves are not.")


def test_a_topic_without_a_file_and_a_file_without_text(serve, connect):
    client = connect(serve([], details={"empty": {"TopicDetails": {"description": None}}}))
    assert client.details("HORIZON-X-01") is None
    assert client.details("EMPTY") == ()


def test_a_file_that_stays_bad_is_an_error_and_one_that_recovers_is_not(serve, connect):
    portal = serve([], details={"x": DETAILS}, faults=Faults(at={1: Fault.HTML, 2: Fault.TRUNCATED}))
    assert connect(portal).details("X")
    broken = serve([], details={"x": {"other": 1}})
    with pytest.raises(PortalError, match="TopicDetails"):
        connect(broken, attempts=2).details("X")


def test_an_identifier_is_one_name_in_the_address(serve, connect):
    portal = serve([])
    connect(portal).details("../a/b?c")
    assert portal.requests[0][1] == "/data/topicDetails/..%2Fa%2Fb%3Fc.json"
