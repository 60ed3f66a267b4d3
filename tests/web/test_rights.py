"""The table of who may what: denied by default, each cell looked at."""

from __future__ import annotations

import pytest

from matcher.model.role import Role
from matcher.web.rights import MAY, Person, Right
from matcher.web.routes import PAGES

ALLOWED = {
    "reader": {"read", "institute"},
    "officer": {"read", "institute", "decide"},
    "network": {"read", "institute", "network"},
    "operator": {"read", "institute", "decide", "network", "operate"},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", [right for right in Right if right is not Right.NOTHING])
def test_who_may_what(role: Role, right: Right) -> None:
    assert (right in MAY[role]) is (right.value in ALLOWED[role.value])
    own, foreign = Person(role, "x", frozenset({"brgm"})), Person(role, "x")
    assert own.may(right, "brgm") is (right.value in ALLOWED[role.value])
    everywhere = role in {Role.NETWORK, Role.OPERATOR}
    assert foreign.may(right, "brgm") is (everywhere and right.value in ALLOWED[role.value])


def test_every_page_asks_for_something() -> None:
    """Only addresses that are the proof, signing in and out, language, health and the statement ask for nobody."""
    open_to_all = {page.path for page in PAGES if page.needs is Right.NOTHING}
    of_links = {"/answer/{token}", "/sign-in/{token}", "/feeds/{token}/calendar.ics", "/feeds/{token}/calls.atom"}
    of_provider = {"/openid", "/openid/back", "/openid/sign-out"}
    assert open_to_all == {*of_links, *of_provider, "/sign-in", "/sign-out", "/language", "/health", "/accessibility"}
    assert {page.path for page in PAGES if page.is_proof} == {"/answer/{token}", "/sign-in/{token}"}
    assert [page.path for page in PAGES if "{institute}" in page.path and page.needs is Right.READ] == []
