"""The metrics: what the schedule writes, for whoever runs the product and nobody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from matcher.app.access.signing_key import signing_key
from matcher.schedule.metrics import write_metrics
from matcher.web.sessions import SESSION, Sessions
from tests.helpers.home import Place, make_config
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READERS = """subscribers:
- {address: net@example.org, id: net, language: en, institutes: ["*"]}
- {address: ops@example.org, id: ops, language: en, institutes: ["*"], role: operator}
"""


def test_they_are_those_of_the_file(site: LocalSite, tmp_path: Path) -> None:
    page = site.get("/metrics")
    assert page.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert re.search(r"^matcher_calls \d", page.text, re.MULTILINE)
    write_metrics(site.home, site.home.clock(), tmp_path / "matcher.prom")
    assert page.text == (tmp_path / "matcher.prom").read_text(encoding="utf-8")


@pytest.mark.parametrize(("reader", "status"), [(None, 303), ("net", 403), ("ops", 200)])
def test_where_people_sign_in_operators_alone_see_them(
    configured: Callable[..., Place], reader: str | None, status: int
) -> None:
    with LocalSite(configured("https://matcher.example.org/", READERS)) as site:
        if reader:
            site.session.cookies.set(SESSION, Sessions(signing_key(site.home)).begun(site.home.subscriber(reader)))
        page = site.get("/metrics", allow_redirects=False)
        assert page.status_code == status
        assert ("matcher_calls" in page.text) is (status == 200)


def test_a_sample_is_not_measured(tmp_path: Path) -> None:
    with LocalSite(Place(tmp_path / "empty", make_config(tmp_path / "config"))) as site:
        page = site.get("/metrics")
        assert page.status_code == 503
        assert "Nothing was fetched yet" in page.text
