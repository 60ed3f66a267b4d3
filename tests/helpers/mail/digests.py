"""Digests made of the packaged sample listing with fits that were made up: for the tests and the screenshots."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

from matcher.app.sample import load_sample
from matcher.config.part_file import packaged_parts
from matcher.config.setting_sections import MailSettings
from matcher.model.call import Call, Status
from matcher.model.changes import Change
from matcher.model.consortium import Bid, BidMember, Led, Outsider, Together
from matcher.model.searched import SavedSearch, Search
from matcher.model.subscription import NETWORK, Digest, Frequency, Freshness, Item, MailSection, NetworkView, Subscriber
from matcher.portal.parsing import parse_rows
from tests.helpers.matches import find_of, match_of

if TYPE_CHECKING:
    from matcher.model.language import Language
    from matcher.model.match import Match

NOW = datetime(2027, 1, 12, 5, 30, tzinfo=UTC)
TODAY = date(2027, 1, 12)
SETTINGS = MailSettings(
    sender="calls@example.org",
    sender_name="Carnot Europe",
    list_id="calls.example.org",
    unsubscribe_mailto="unsubscribe@example.org",
    unsubscribe_https="https://calls.example.org/unsubscribe/{subscriber}",
)
FRESH = Freshness(last_good_fetch=datetime(2027, 1, 12, 5, 2, tzinfo=UTC), stale=False)
STALE = Freshness(
    last_good_fetch=datetime(2027, 1, 6, 5, 2, tzinfo=UTC),
    stale=True,
    problems=("The portal answered 503 five times; try again later, or look at its status page.",),
)
INSTITUTES = (
    "BRGM",
    "Cetim",
    "IFPEN Transports Énergie",
    "Mines",
    "MICA",
    "Énergies du futur",
    "Ingénierie@Lyon",
    "CSTB",
)
WORDS = (
    ("geothermal energy", "subsurface", "heat storage", "reservoir", "drilling", "monitoring", "seismic risk"),
    ("mechanical testing", "sealing", "fatigue", "surface treatment", "industry 4.0"),
    ("hydrogen", "combustion", "electrolysis", "batteries", "life cycle assessment"),
    ("process engineering", "recycling", "raw materials"),
)
NAMES = {name.casefold(): name for name in INSTITUTES}


@cache
def live_calls() -> tuple[Call, ...]:
    """Live calls of the sample listing, first deadline first."""
    rows, _ = parse_rows(load_sample().rows)
    calls = [row.call for row in rows if row.call.is_live(TODAY) and row.call.next_deadline(TODAY)]
    return tuple(sorted(calls, key=lambda call: (call.deadlines[-1].date, call.identifier)))


def of_status(status: Status) -> list[Call]:
    return [call for call in live_calls() if call.status_on(TODAY) is status]


def suits(call: Call, place: int, fit: int) -> Match:
    """The call's match with one of the institutes."""
    name = INSTITUTES[place % len(INSTITUTES)]
    return match_of(call, fit, *WORDS[place % len(WORDS)], institute=name.casefold())


def item(call: Call, part: MailSection, fit: int, **more: object) -> Item:
    deadline = call.next_deadline(TODAY)
    left = (deadline.date - TODAY).days if deadline else None
    others = tuple(suits(call, 1 + fit % 3 + n, fit - 3 * n) for n in range(fit % 4))
    return replace(Item(call, part, (suits(call, 0, fit),), others, deadline, left), **more)


def moved(call: Call) -> tuple[Change, ...]:
    """A deadline that was four weeks earlier and a budget that was smaller."""
    before = [{"date": "2027-01-20", "stage": 1, "model": "single-stage"}]
    after = [{"date": d.date.isoformat(), "stage": d.stage, "model": d.model} for d in call.deadlines]
    seen = datetime(2027, 1, 11, 5, 0, tzinfo=UTC)
    return (
        Change(call.identifier, "deadlines", "moved", before, after, seen),
        Change(call.identifier, "budget_eur", "amended", 3_500_000, call.budget_eur, seen),
        Change(call.identifier, "text", "revised", {"Scope": 812}, {"Scope": 840}, seen, 0.12),
    )


def subscriber(language: Language, **more: object) -> Subscriber:
    return replace(
        Subscriber("brgm-europe", "Hélène Martin", "europe@brgm.example", language, ("brgm",), Frequency.WEEKDAYS),
        **more,
    )


def normal(language: Language) -> Digest:
    opened, coming = of_status(Status.OPEN), of_status(Status.FORTHCOMING)
    near = replace(opened[0], deadlines=(replace(opened[0].deadlines[-1], date=date(2027, 1, 15)),))
    several = next(c for c in live_calls() if len(c.deadlines) > 1 and c not in (opened[0], *opened[1:5]))
    items = (
        item(near, MailSection.CLOSING, 93, reminder=3),
        *(item(call, MailSection.NEW, fit) for call, fit in zip((several, *opened[1:3]), (97, 88, 71), strict=True)),
        item(opened[4], MailSection.CHANGED, 84, changes=moved(opened[4])),
        *(item(call, MailSection.FORTHCOMING, fit) for call, fit in zip(coming[-2:], (91, 76), strict=True)),
    )
    return Digest(subscriber(language), TODAY, items, 4, FRESH, names=NAMES)


def network(language: Language) -> Digest:
    """The network digest of twelve institutes and eight calls."""
    calls = live_calls()
    view = NetworkView(
        calls=calls[:8],
        matrix=tuple(
            (name, tuple(None if (row * 3 + col) % 4 == 1 else 99 - (row * 7 + col * 5) % 40 for col in range(8)))
            for row, name in enumerate(INSTITUTES)
        ),
        joint=tuple(
            Item(call, MailSection.NEW, tuple(suits(call, n + k, 95 - 4 * k) for k in range(3)), bid=covered(call))
            for n, call in enumerate(calls[8:10])
        ),
        unseen=tuple(Item(call, MailSection.NEW, (suits(call, n, 92),)) for n, call in enumerate(calls[10:12])),
        without=("Voir et Entendre", "Cognition"),
        runs=("11 Jan 2027 06:00: ok, 3,214 calls, 12 new", "12 Jan 2027 06:00: ok, 3,220 calls, 6 new"),
    )
    reader = subscriber(language, identifier="carnot-europe", institutes=(NETWORK,))
    return Digest(reader, TODAY, (), 0, FRESH, view, NAMES)


def covered(call: Call) -> Bid:
    """Two institutes and what they did before; one passage is open."""
    members = (
        BidMember("brgm", 93, 0.52, ("geothermal energy", "subsurface", "heat storage")),
        BidMember("ifpen transports énergie", 71, 0.11, ("hydrogen",)),
    )
    pair = Together(("brgm", "ifpen transports énergie"), ("GEOHEX", "HOCLOOP", "MEET", "CROWDTHERMAL"))
    led = (Led("brgm", 14, 3, "CL5-D3"), Led("ifpen transports énergie", 2, 0, "CL5-D3"))
    outside = (Outsider("100000001", "Geological Survey of an Elsewhere", "IT", "RTO", ("GEOLEAD", "FINDHEAT")),)
    return Bid(call, members, 0.63, 1, 9, (pair,), led, outside, overlaps=(("cetim", 41),))


def joint(language: Language) -> Digest:
    """Two joint bids, one of which nothing is known of but the institutes."""
    first, second = live_calls()[8:10]
    bare = replace(covered(second), gaps=0, together=None, led=None, outside=None)
    items = tuple(
        item(call, MailSection.JOINT, 93, others=(), bid=bid) for call, bid in ((first, covered(first)), (second, bare))
    )
    return Digest(subscriber(language), TODAY, items, 0, FRESH, names=NAMES, is_joint=True)


def weekly(language: Language) -> Digest:
    """A week without anything."""
    return Digest(subscriber(language, frequency=Frequency.WEEKLY), TODAY, (), 0, FRESH, names=NAMES)


def searched(language: Language) -> Digest:
    """What saved searches found, for a reader of an institute and of two searches."""
    found = SavedSearch("groundwater recharge", Search(("groundwater", "recharge")), threshold=30)
    other = SavedSearch("<LIFE> & co", Search(("nature", "-based")), ("LIFE",), ("PJG",))
    opened, coming = of_status(Status.OPEN), of_status(Status.FORTHCOMING)
    both = item(opened[1], MailSection.NEW, 71)
    items = (
        replace(both, matches=(find_of(opened[1], found, 1, 83), *both.matches, find_of(opened[1], other, 1, 4))),
        replace(item(coming[-1], MailSection.FORTHCOMING, 60), matches=(find_of(coming[-1], found, 2, 55),)),
    )
    return Digest(subscriber(language, searches=(found, other)), TODAY, items, 3, FRESH, names=NAMES)


def grouped(language: Language) -> Digest:
    """The normal digest for a reader who wants calls under their parts of programmes."""
    return placed(normal(language))


def grouped_network(language: Language) -> Digest:
    """The network's digest for such a reader."""
    return placed(network(language))


def placed(digest: Digest) -> Digest:
    """The digest with the parts that each call is in, grouped by them."""
    put = packaged_parts().placed
    items = tuple(replace(item, call=put(item.call)) for item in digest.items)
    view = digest.network
    if view is not None:
        joint, unseen = (tuple(replace(i, call=put(i.call)) for i in of) for of in (view.joint, view.unseen))
        view = replace(view, calls=tuple(map(put, view.calls)), joint=joint, unseen=unseen)
    return replace(digest, subscriber=replace(digest.subscriber, by_part=True), items=items, network=view)


def failed(language: Language) -> Digest:
    """A few calls, and a portal that was not read for six days."""
    whole = normal(language)
    return replace(whole, items=whole.items[:2], left_out=0, health=STALE)


def packaged(language: Language) -> Digest:
    """What a newcomer sees whose portal can't be reached."""
    return replace(normal(language), health=replace(FRESH, last_good_fetch=None, sample=load_sample().note))


def fullest(language: Language, count: int = 15) -> Digest:
    """The default number of items, each as long as the portal's own long ones."""
    words = tuple(f"{word} and its applications" for word in WORDS[0])

    def suit(call: Call) -> tuple[Match, ...]:
        return tuple(match_of(call, 97 - n, *words, institute=name.casefold()) for n, name in enumerate(INSTITUTES))

    calls = live_calls()
    items = tuple(
        Item(
            replace(calls[n % len(calls)], title=(f"{n} {calls[n % len(calls)].title} " * 3)[:110]),
            (MailSection.NEW, MailSection.CHANGED)[n % 2],
            suit(calls[n % len(calls)])[:1],
            suit(calls[n % len(calls)])[1:],
            calls[n % len(calls)].next_deadline(TODAY),
            30,
            changes=moved(calls[n % len(calls)]) if n % 2 else (),
        )
        for n in range(count)
    )
    return Digest(subscriber(language), TODAY, items, 40, FRESH, names=NAMES)
