"""How the watch is doing, for Prometheus: what the schedule writes into its file, for whoever runs the product."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

from matcher.schedule.metrics import current_text
from matcher.web.failures import Refused

if TYPE_CHECKING:
    from matcher.web.visit import Visit

TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics(visit: Visit) -> Response:
    """The metrics of now. Raises Refused while there is only the sample, of which an alarm would know nothing."""
    if visit.trial:
        raise Refused("Nothing was fetched yet: there is nothing to measure.", HTTPStatus.SERVICE_UNAVAILABLE)
    return Response(current_text(visit.home, visit.home.clock()), media_type=TYPE)
