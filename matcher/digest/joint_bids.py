"""The mail of joint bids: which bids are worth one, whom they concern, and what each reader is told of them (pure)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from matcher.digest.compose import is_away, is_wanted
from matcher.digest.inputs import keys_of
from matcher.model.subscription import Digest, Frequency, Item, MailSection, institutes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from matcher.digest.inputs import Inputs
    from matcher.model.call import Call
    from matcher.model.consortium import Bid, BidMember
    from matcher.model.subscription import Subscriber

BETWEEN = timedelta(days=7)
"""From one round of mails to the next at least."""

MOST = 10
"""Bids of one round, the strongest; the others wait for the next one."""

TIME_TO_APPLY = 30
"""Days before its next deadline from which on a call is too near for a joint bid."""

LIKELY = 50
"""The fit from which on a call more likely than not suits an institute: two of a bid have to reach it."""

LEAST_ADDED = 0.05
"""What the others have to add together to the cover of the institute that begins."""


def is_round_due(day: date, last: date | None) -> bool:
    """Whether a round of mails may go on a day; `last` is the day of the one before, None before the first."""
    return last is None or day - last >= BETWEEN


def has_time(call: Call, day: date) -> bool:
    """Whether a joint bid for a call can still be made."""
    coming = call.next_deadline(day)
    return coming is None or (coming.date - day).days >= TIME_TO_APPLY


def is_worth_a_mail(members: Sequence[BidMember], followers: Iterable[str]) -> bool:
    """Two institutes or more follow the call; or it more likely than not suits two, and the others add enough."""
    if len({member.institute for member in members} & set(followers)) > 1:
        return True
    fits = sorted((member.fit for member in members), reverse=True)
    return fits[1] >= LIKELY and sum(member.gain for member in members[1:]) >= LEAST_ADDED


def compose_joint(subscriber: Subscriber, inputs: Inputs, bids: Iterable[Bid]) -> Digest:
    """The mail of one round for one reader: the bids that concern his institutes and that he does not keep away."""
    items = tuple(_item(bid, inputs) for bid in bids if _is_for(subscriber, inputs, bid))
    return Digest(subscriber, inputs.day, items, 0, inputs.health, names=inputs.names, is_joint=True)


def gets_joint_bids(subscriber: Subscriber) -> bool:
    """Whether a subscriber wants mails of joint bids at all."""
    return subscriber.joint_bids and subscriber.frequency is not Frequency.OFF


def _is_for(subscriber: Subscriber, inputs: Inputs, bid: Bid) -> bool:
    name = bid.call.identifier
    followers = (one.owner.name for one in inputs.verdicts.decided.about(name) if one.is_followed)
    concerned = {member.institute for member in bid.members} | set(followers)
    own = institutes_of(keys_of(subscriber, inputs))
    if own.isdisjoint(concerned):
        return False
    matches = [match for key in own for match in inputs.matches.get(key, ()) if match.call.identifier == name]
    return is_wanted(subscriber, bid.call, inputs.day) and not (matches and is_away(subscriber, inputs, matches))


def _item(bid: Bid, inputs: Inputs) -> Item:
    call, coming = bid.call, bid.call.next_deadline(inputs.day)
    return Item(
        call,
        MailSection.JOINT,
        tuple(
            match
            for member in bid.members
            for match in inputs.matches[member.institute]
            if match.call.identifier == call.identifier
        ),
        deadline=coming,
        days_left=(coming.date - inputs.day).days if coming else None,
        first=True,
        decisions=inputs.verdicts.decided.about(call.identifier),
        bid=bid,
    )
