"""What institutes and readers decided, as it bears on one day's mails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matcher.model.day import brussels_day
from matcher.model.decision import Decided, Owner
from matcher.model.subscription import institutes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from matcher.model.changes import Change
    from matcher.model.decision import Decision
    from matcher.model.subscription import Subscriber


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`decided` on the day of the mails.

    `renewed` are calls that have become others since they were dismissed, by whom and call, with the change that tells
    it: there the dismissal holds no more. `absent` are the subscribers who get no mail at present.
    """

    decided: Decided = field(default_factory=Decided)
    renewed: Mapping[Owner, Mapping[str, Change]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    def is_dismissed(self, institute: str, call: str) -> bool:
        """Whether an institute wants no mail to tell of a call, whoever reads it."""
        decision = self.decided.of(institute).get(call)
        return decision is not None and decision.is_dismissed and self._renewal(decision.owner, call) is None

    def is_dismissed_by(self, subscriber: Subscriber, call: str) -> bool:
        """Whether a reader wants no mail to tell him of a call; by a mute in `subscribers.yaml` too."""
        owner = Owner(subscriber.identifier, is_reader=True)
        decision = self.decided.of_reader(subscriber.identifier).get(call)
        own = decision is not None and decision.is_dismissed and self._renewal(owner, call) is None
        return own or call.casefold() in {muted.casefold() for muted in subscriber.mute_calls}

    def followed(self, institutes: Iterable[str], call: str) -> tuple[Decision, ...]:
        """The decisions of these institutes by which they follow a call."""
        own = institutes_of(institutes)
        return tuple(one for one in self.decided.about(call) if one.owner.name in own and one.is_followed)

    def assigned_to(self, subscriber: Subscriber) -> tuple[Decision, ...]:
        """The calls that were given to a subscriber, or to a lab that he reads."""
        return tuple(one for one in self.decided if one.is_followed and self._is_his(subscriber, one))

    def must_see(self, subscriber: Subscriber, followed: Iterable[Decision]) -> bool:
        """Whether a call is shown whatever a reader's filters are: it was given to him, or to one who is absent."""
        return any(self._is_his(subscriber, one) or one.assigned in self.absent for one in followed)

    def is_newly_his(self, subscriber: Subscriber, followed: Iterable[Decision], since: date | None) -> bool:
        """Whether a call was given to a reader after his last mail."""
        return any(
            self._is_his(subscriber, one) and one.at is not None and since is not None and brussels_day(one.at) > since
            for one in followed
        )

    def renewal(self, subscriber: Subscriber, institutes: Iterable[str], call: str) -> Change | None:
        """The change by which a call became another one than what these institutes, or this reader, dismissed."""
        owners = [Owner(name.partition("/")[0]) for name in institutes]
        owners.append(Owner(subscriber.identifier, is_reader=True))
        return next((found for owner in owners if (found := self._renewal(owner, call)) is not None), None)

    def _renewal(self, owner: Owner, call: str) -> Change | None:
        return self.renewed.get(owner, {}).get(call)

    def _is_his(self, subscriber: Subscriber, decision: Decision) -> bool:
        lab = f"{decision.owner.name}/{decision.assigned}"
        return decision.assigned == subscriber.identifier or lab in subscriber.institutes
