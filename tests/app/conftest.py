"""A whole installation that tests run day by day, with the mail server that its mails arrive at."""

from __future__ import annotations

import pytest

from tests.helpers.flow import Flow
from tests.helpers.mail.smtp_server import LocalSmtp


@pytest.fixture
def server():
    with LocalSmtp() as started:
        yield started


@pytest.fixture
def flow(place, server):
    return Flow(place, server.url)
