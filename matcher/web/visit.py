"""One visit of a page: who looks, in which language, at what; and how he is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse, RedirectResponse, Response

from matcher.errors import UsageError
from matcher.web.failures import Missing, Refused
from matcher.web.form_tokens import MARK
from matcher.web.rendering import rendered
from matcher.web.rights import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from starlette.requests import Request

    from matcher.app.home import Home
    from matcher.model.institute import Institute
    from matcher.present.words import Words
    from matcher.web.form_tokens import FormTokens
    from matcher.web.kept_answers import Answer, KeptAnswers
    from matcher.web.rights import Person
    from matcher.web.sessions import Sessions

TOLD = "matcher_told"
"""The cookie with what the next page tells."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page is given; `mark` tells this browser from others, `trial` that the packaged sample stands in."""

    home: Home
    words: Words
    person: Person
    request: Request
    tokens: FormTokens
    sessions: Sessions
    mark: str
    answers: KeptAnswers
    trial: bool = False
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The address of this page on this site, with its query."""
        return with_query(self.request.url.path, self.request.url.query)

    def named(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def institute(self, right: Right = Right.INSTITUTE) -> Institute:
        """The institute of the address. Raises Missing where there is none, or none that is this person's."""
        return self.institute_named(self.named("institute"), right)

    def institute_named(self, name: str, right: Right = Right.INSTITUTE) -> Institute:
        """The institute of that identifier or acronym, for what the person wants of it. Raises Missing, Refused."""
        try:
            found = self.home.institute(name)
        except UsageError as error:
            raise Missing(error.saying) from error
        if not self.person.sees(found.identifier):
            raise Missing("No institute of yours is called so.")
        if not self.person.may(right, found.identifier):
            raise Refused("You may read this institute's list, and not decide for it.", HTTPStatus.FORBIDDEN)
        return found

    def answer(self, asked: Hashable, make: Callable[[], Answer]) -> Answer:
        """What `make` answers, or answered to the same before while nothing changed."""
        return self.answers.of(self.home, asked, make)

    def page(self, template: str, *, status: HTTPStatus = HTTPStatus.OK, **content: Any) -> Response:
        """A page of that template; `content` is what it says beside what every page has."""
        known = {
            "visit": self,
            "words": self.words,
            "say": self.words.say,
            "say_n": self.words.say_n,
            "language": self.words.language.value,
            "token": self.tokens.token(self.mark),
            "right": Right,
            "sample": None,
            "bare": False,
            "told": self.tokens.unpacked(self.request.cookies.get(TOLD, "")),
        }
        answer = HTMLResponse(rendered(template, {**known, **content}), status)
        if TOLD in self.request.cookies:
            answer.delete_cookie(TOLD, httponly=True, samesite="lax")
        self.keep_mark(answer)
        return answer

    def see_other(self, address: str) -> Response:
        """The answer to a form: another page of this site, so that loading it anew does nothing twice."""
        return RedirectResponse(local(address), HTTPStatus.SEE_OTHER)

    def afterwards(self, answer: Response, work: Callable[[], None]) -> None:
        """Do something once the answer is on its way."""
        answer.background = BackgroundTask(work)

    @property
    def is_renewing(self) -> bool:
        """Whether what is shown is of before the last change, as a new ranking is being made."""
        return self.home.renewal is not None and self.home.renewal.is_under_way

    @property
    def has_news(self) -> bool:
        """Whether the page has to tell what came of a form."""
        return TOLD in self.request.cookies

    def keep_mark(self, answer: Response) -> None:
        """Have the browser keep what it is known by, where it does not yet."""
        if self.request.cookies.get(MARK) != self.mark:
            self.keep(answer, MARK, self.mark)

    def tell(self, answer: Response, *lines: str) -> None:
        """Have the next page of this browser say what came of a form."""
        self.keep(answer, TOLD, self.tokens.packed(lines))

    def keep(self, answer: Response, name: str, value: str, *, days: int | None = None) -> None:
        """A cookie that no script and no other site reads."""
        own = urlsplit(self.home.settings.web.address).hostname  # which is reached by TLS, whatever the proxy speaks
        secure = self.request.url.scheme == "https" or self.request.url.hostname == own
        age = None if days is None else days * 86_400
        answer.set_cookie(name, value, max_age=age, httponly=True, samesite="lax", secure=secure)


def with_query(path: str, query: str) -> str:
    """An address of this site, without a question mark where nothing is asked."""
    return f"{path}?{query}" if query else path


def local(address: str) -> str:
    """An address when it is one of this site, else the start: nobody is sent elsewhere by a link of ours."""
    plain = address.isprintable() and "\\" not in address
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"
