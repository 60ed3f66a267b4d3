"""Every page: its address, what it asks of who comes, and the function that answers. A new page is a line here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.web.pages import (
    accessibility,
    call_list,
    call_page,
    decision_acts,
    health_check,
    institute_list,
    institute_news,
    language_choice,
    log_page,
    mail_answer,
    metrics_text,
    network_view,
    openid_sign_in,
    own_feeds,
    profile_page,
    project_list,
    reader_mails,
    signing_in,
    start_page,
)
from matcher.web.rights import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from starlette.responses import Response

    from matcher.web.visit import Visit


def _nothing(*_: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class PageRoute:
    """A page, or a form that is taken (POST)."""

    path: str
    needs: Right
    answer: Callable[[Visit], Response]
    method: str = "GET"
    is_kept: bool = False  # it rests on the home alone, and says the same to the same people until that changes
    beside: Callable[[Visit], Hashable] = _nothing  # what else of the visit a page that is kept says
    after: Callable[[Visit, Response], None] = _nothing  # what a page that is kept has the browser remember
    is_proof: bool = False  # the address itself says who may: a form of it needs no token of the browser


PAGES = (
    PageRoute("/", Right.READ, start_page.start, is_kept=True),
    PageRoute(
        "/institutes/{institute}",
        Right.INSTITUTE,
        institute_list.institute,
        is_kept=True,
        beside=institute_news.told_since,
        after=institute_news.looked,
    ),
    PageRoute("/institutes/{institute}/decisions", Right.DECIDE, decision_acts.decide_on, "POST"),
    PageRoute("/institutes/{institute}/profile", Right.INSTITUTE, profile_page.profile),
    PageRoute("/institutes/{institute}/profile", Right.DECIDE, profile_page.edit, "POST"),
    PageRoute("/calls", Right.READ, call_list.calls, is_kept=True),
    PageRoute("/calls/{call}", Right.READ, call_page.call, is_kept=True),
    PageRoute("/projects", Right.READ, project_list.projects, is_kept=True),
    PageRoute("/answer/{token}", Right.NOTHING, mail_answer.show),
    PageRoute("/answer/{token}", Right.NOTHING, mail_answer.take, "POST", is_proof=True),
    PageRoute("/network", Right.NETWORK, network_view.network, is_kept=True),
    PageRoute("/log", Right.DECIDE, log_page.log),
    PageRoute("/mails", Right.READ, reader_mails.mails),
    PageRoute("/mails", Right.READ, reader_mails.change, "POST"),
    PageRoute("/mails/addresses", Right.READ, reader_mails.renew, "POST"),
    PageRoute("/feeds/{token}/" + own_feeds.CALENDAR, Right.NOTHING, own_feeds.calendar),
    PageRoute("/feeds/{token}/" + own_feeds.FEED, Right.NOTHING, own_feeds.feed),
    PageRoute("/sign-in", Right.NOTHING, signing_in.ask),
    PageRoute("/sign-in", Right.NOTHING, signing_in.send, "POST"),
    PageRoute("/sign-in/{token}", Right.NOTHING, signing_in.confirm),
    PageRoute("/sign-in/{token}", Right.NOTHING, signing_in.begin, "POST", is_proof=True),
    PageRoute("/openid", Right.NOTHING, openid_sign_in.leave),
    PageRoute(openid_sign_in.BACK, Right.NOTHING, openid_sign_in.come_back),
    PageRoute("/openid/sign-out", Right.NOTHING, openid_sign_in.part),
    PageRoute("/sign-out", Right.NOTHING, signing_in.end, "POST"),
    PageRoute("/accessibility", Right.NOTHING, accessibility.statement),
    PageRoute("/health", Right.NOTHING, health_check.health),
    PageRoute("/metrics", Right.OPERATE, metrics_text.metrics),
    PageRoute("/language", Right.NOTHING, language_choice.choose, "POST"),
)
"""In this order; the name of an institute in an address is `institute`, and `Visit.institute` checks whose it is."""
