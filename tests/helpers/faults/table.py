"""The fault matrix: one row for each fault, with how it is caused and what is promised.

The tests, the table that `make faults` prints and the one in docs/reliability.md are all made of `ROWS`.
"""

from __future__ import annotations

from tests.helpers.faults import causes, postgres_gone
from tests.helpers.faults.promise import FAILED, NOT_MAILED, NOT_READ, READ_IN_PART, Fault, Kept, Reader
from tests.helpers.faults.scene import KNOWN, READER
from tests.helpers.flow import name
from tests.helpers.mail.smtp_server import DROP, DROP_AFTER
from tests.helpers.portal.failures import Fault as Failure

_PAGE = "Page 3 of the listing stayed bad and is left out"
_NOT_BELIEVED = "left the listing ahead of their deadline: not believed on one day"
_UNREACHABLE = "The portal could not be reached"


def _bad_page(what: str, failure: Failure, settings: str = causes.PORTAL, *, costly: bool = False) -> Fault:
    cause = causes.page(failure, settings)
    return Fault(what, cause, Kept.PAGES, 3, _PAGE, READ_IN_PART, Reader.WARNED, costly=costly)


ROWS = (
    Fault(
        "portal: 429 with Retry-After, 503, a reset and a cut answer, once each",
        causes.once(Failure.TOO_MANY, Failure.UNAVAILABLE, Failure.RESET, Failure.TRUNCATED),
        Kept.ALL, 0, "", "", Reader.NEWS,
    ),
    _bad_page("portal: one page stays 500", Failure.ERROR),
    _bad_page("portal: one page stays 429", Failure.TOO_MANY, costly=True),
    _bad_page("portal: one page is refused (403)", Failure.FORBIDDEN),
    _bad_page("portal: connections are reset at one page", Failure.RESET, costly=True),
    _bad_page("portal: one page breaks off", Failure.TRUNCATED, costly=True),
    _bad_page("portal: one page is HTML", Failure.HTML),
    _bad_page("portal: one page is JSON of another shape", Failure.WRONG_SHAPE, costly=True),
    _bad_page("portal: one page drips in, a byte at a time", Failure.DRIP, causes.IMPATIENT, costly=True),
    _bad_page("portal: the head of one answer drips in", Failure.HEAD_DRIP, causes.IMPATIENT, costly=True),
    _bad_page("portal: one page is never answered", Failure.NO_ANSWER, causes.IMPATIENT, costly=True),
    Fault(
        "portal: goes down half-way", causes.portal(pages=dict.fromkeys(range(2, 9), Failure.RESET)),
        Kept.PART, 3, "The portal stopped answering", READ_IN_PART, Reader.PART,
    ),
    Fault(
        "portal: 503 to everything", causes.portal(always=Failure.UNAVAILABLE),
        Kept.FORMER, 4, _UNREACHABLE, NOT_READ, Reader.NEXT_RUN, costly=True,
    ),
    Fault(
        "portal: 403 to everything", causes.portal(always=Failure.FORBIDDEN),
        Kept.FORMER, 4, "refused the request (HTTP 403)", NOT_READ, Reader.NEXT_RUN, costly=True,
    ),
    Fault(
        "portal: 404 to everything (it has moved)", causes.portal(always=Failure.NOT_FOUND),
        Kept.FORMER, 4, "refused the request (HTTP 404)", NOT_READ, Reader.NEXT_RUN, costly=True,
    ),
    Fault(
        "portal: cannot be reached", causes.unreachable,
        Kept.FORMER, 4, _UNREACHABLE, NOT_READ, Reader.NEXT_RUN,
    ),
    Fault(
        "portal: cannot be reached at the very first run", causes.unreachable_at_first,
        Kept.SAMPLE, 4, "Going on with the packaged sample listing", NOT_READ, Reader.NEXT_RUN, again=True,
    ),
    Fault(
        "portal: lists nothing", causes.listing(lambda rows: []),
        Kept.FORMER, 3, "The portal lists no calls at all", READ_IN_PART, Reader.NEXT_RUN,
    ),
    Fault(
        "portal: lists nothing of the programme that is watched",
        causes.listing(lambda rows: [], settings='programmes = ["HORIZON"]\n'),
        Kept.FORMER, 3, _NOT_BELIEVED, READ_IN_PART, Reader.NEXT_RUN, costly=True,
    ),
    Fault(
        "portal: most of the listing is gone", causes.listing(lambda rows: rows[:100] + rows[-2:]),
        Kept.ALL, 3, _NOT_BELIEVED, READ_IN_PART, Reader.WARNED,
    ),
    Fault(
        "portal: all deadlines move", causes.listing(causes.deadlines_moved),
        Kept.ALL, 3, "not believed on one day", READ_IN_PART, Reader.WARNED,
    ),
    Fault(
        "portal: identifiers are written with blanks and other hyphens", causes.listing(causes.spelt_otherwise),
        Kept.ALL, 0, "", "", Reader.NEWS,
    ),
    Fault(
        "portal: has more pages than a fetch may ask for", causes.listing(list, settings="max_requests = 2\n"),
        Kept.PART, 3, "2 requests were sent (portal.max_requests)", READ_IN_PART, Reader.PART,
    ),
    Fault(
        "portal: one answer drips in for longer than a fetch may take",
        causes.page(Failure.HEAD_DRIP, causes.PORTAL + "max_hours = 0.002\n"),
        Kept.PART, 3, "hours are over (portal.max_hours)", READ_IN_PART, Reader.PART, costly=True,
    ),
    Fault(
        "portal: sends more rows than it counts", causes.claims(60),
        Kept.ALL, 3, "but sends more", READ_IN_PART, Reader.WARNED,
    ),
    Fault(
        "portal: ignores what is asked", causes.claims(400_000),
        Kept.FORMER, 3, "ignores part of what is asked", READ_IN_PART, Reader.NEXT_RUN,
    ),
    Fault(
        "portal: calls have a status that is new", causes.listing(causes.with_new_status),
        Kept.ALL, 3, "have a status that nobody here knows", READ_IN_PART, Reader.WARNED,
    ),
    Fault(
        "portal: a field of all rows has another name", causes.listing(causes.renamed("esDA_IngestDate")),
        Kept.ALL, 3, "Field `esDA_IngestDate` is missing in all", READ_IN_PART, Reader.WARNED,
    ),
    Fault(
        "portal: the identifier has another name", causes.listing(causes.renamed("identifier")),
        Kept.FORMER, 3, "Field `identifier` is missing", READ_IN_PART, Reader.NEXT_RUN, costly=True,
    ),
    Fault(
        "portal: the row of one known call cannot be read", causes.listing(causes.unreadable(name(KNOWN[0]))),
        Kept.ALL, 3, "The rows of 1 known calls could not be read", READ_IN_PART, Reader.WARNED,
    ),
    Fault(
        "clock: three hours ahead of the portal's", causes.portal_clock(hours=3),
        Kept.ALL, 3, "clock is 3 hours ahead of the portal's", READ_IN_PART, Reader.WARNED,
    ),
    Fault(
        "clock: thirty days ahead of the portal's", causes.portal_clock(days=30),
        Kept.FORMER, 1, "clock is 30 days ahead of the portal's", FAILED, Reader.NEXT_RUN,
    ),
    Fault(
        "clock: two days behind the portal's", causes.portal_clock(days=-2),
        Kept.FORMER, 1, "clock is 2 days behind the portal's", FAILED, Reader.NEXT_RUN, costly=True,
    ),
    Fault("clock: the portal's says that it is the year 2100", causes.portal_of_2100, Kept.ALL, 0, "", "", Reader.NEWS),
    Fault("clock: set back by two days during the run", causes.clock_set_back, Kept.ALL, 0, "", "", Reader.NEWS),
    Fault(
        "clock: a run from tomorrow, of another machine, died", causes.dead_run_from_tomorrow,
        Kept.ALL, 0, "", "", Reader.NEWS,
    ),
    Fault(
        "disk: full", causes.disk_full(16_384),
        Kept.FORMER, 1, "The disk is full and nothing was saved", FAILED, Reader.NEXT_RUN,
    ),
    Fault(
        "disk: full when the index is written", causes.disk_full(65_536, "index"),
        Kept.ALL, 1, "is full: free some space", FAILED, Reader.NEXT_RUN,
    ),
    Fault(
        "home: read-only", causes.read_only,
        Kept.FORMER, 1, "cannot be made or written", FAILED, Reader.NEXT_RUN,
    ),
    Fault(
        "home: of another user", causes.foreign_home,
        Kept.FORMER, 1, "check the folder and its permissions", FAILED, Reader.NEXT_RUN, costly=True,
    ),
    Fault(
        "database: locked by another program", causes.locked,
        Kept.FORMER, 1, "is locked by another program", FAILED, Reader.NEXT_RUN,
    ),
    Fault(
        "database: the file is gone", causes.removed,
        Kept.FRESH, 0, "", "", Reader.AGAIN, again=True,
    ),
    Fault(
        "database: the file goes during the run, and comes back", causes.nothing,
        Kept.FORMER, 1, "was moved or replaced", FAILED, Reader.NEXT_RUN, act=causes.run_with_database_removed,
    ),
    Fault(
        "database: the head of the file is lost", causes.damaged(causes.head_lost),
        Kept.FILE, 1, "is not a database", FAILED, Reader.NEXT_RUN, costly=True,
    ),
    Fault(
        "database: pages of the file are lost", causes.damaged(causes.pages_lost),
        Kept.FILE, 1, "is damaged: put back a backup", FAILED, Reader.NEXT_RUN,
    ),
    Fault(
        "database: of a newer version", causes.newer,
        Kept.FILE, 1, "was written by a newer matcher", FAILED, Reader.NEXT_RUN,
    ),
    Fault(
        "PostgreSQL: goes during the run, and is back before the listing is saved", postgres_gone.moved,
        Kept.ALL, 0, "", "", Reader.NEWS, act=postgres_gone.goes(back=True), costly=True,
    ),
    Fault(
        "PostgreSQL: goes during the run, and is back after it", postgres_gone.moved,
        Kept.FORMER, 1, "cannot be reached", FAILED, Reader.NEXT_RUN, act=postgres_gone.goes(back=False), costly=True,
    ),
    Fault("index: its arrays are cut", causes.index_cut, Kept.ALL, 0, "", "", Reader.NEWS),
    Fault("index: its head is garbage", causes.index_head_garbled, Kept.ALL, 0, "", "", Reader.NEWS, costly=True),
    Fault(
        "a second run at the same time", causes.nothing,
        Kept.ALL, 1, "Another run", "", Reader.NEWS, act=causes.second_run,
    ),
    Fault(
        "a run that was silent for an hour wakes up after another took over", causes.nothing,
        Kept.ALL, 1, "was taken over by another process", "", Reader.NEWS, act=causes.silent_run,
    ),
    Fault("two schedulers", causes.nothing, Kept.ALL, 0, "", "", Reader.NEWS, act=causes.two_schedulers, costly=True),
    Fault(
        "mail server: down", causes.no_mail_server,
        Kept.ALL, 3, "all mails stay queued", NOT_MAILED, Reader.MENDED, waits=True,
    ),
    Fault(
        "mail server: its certificate is not trusted", causes.other_server(security="smtps"),
        Kept.ALL, 3, "is not trusted", NOT_MAILED, Reader.MENDED, waits=True,
    ),
    Fault(
        "mail server: refuses the login", causes.other_server("wrong", login=("user", "right")),
        Kept.ALL, 3, "refused the login", NOT_MAILED, Reader.MENDED, waits=True,
    ),
    Fault(
        "mail server: refuses the sender", causes.at_mail("550 5.7.1 you may not send"),
        Kept.ALL, 3, "all mails stay queued", NOT_MAILED, Reader.MENDED, waits=True,
    ),
    Fault(
        "mail server: takes one mail a connection, then closes it (421)", causes.one_mail_each,
        Kept.ALL, 0, "", "", Reader.NEWS,
    ),
    Fault(
        "mail server: does not know the address", causes.at_rcpt(READER, "550 5.1.1 no such user"),
        Kept.ALL, 3, "is not delivered", NOT_MAILED, Reader.NEXT_RUN,
    ),
    Fault(
        "mail server: asks for patience", causes.at_rcpt(READER, "451 4.7.1 try again later"),
        Kept.ALL, 3, "waits until", NOT_MAILED, Reader.WAITS, costly=True,
    ),
    Fault(
        "mail server: drops the connection during a mail", causes.at_data(READER, DROP),
        Kept.ALL, 3, "waits until", NOT_MAILED, Reader.WAITS, costly=True,
    ),
    Fault(
        "mail server: takes a mail and drops the connection before it says so", causes.at_data(READER, DROP_AFTER),
        Kept.ALL, 3, "may arrive twice", NOT_MAILED, Reader.TWICE,
    ),
)  # fmt: skip
