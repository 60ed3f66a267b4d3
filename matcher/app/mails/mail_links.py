"""Links of mails that say who may do what by them: signed, for one reader at one address, for a limited time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.access.person_mark import marked_one, person_mark
from matcher.app.access.signing_key import signing_key
from matcher.errors import UsageError
from matcher.model.mail_link import LinkAct, MailLink
from matcher.model.subscription import DigestLinks, ItemLinks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from itsdangerous import URLSafeTimedSerializer

    from matcher.app.home import Home
    from matcher.model.subscription import Item, Subscriber

DAYS = 60
"""How long the links of a mail hold: longer than its reminders reach back."""

PATH = "/answer/"
"""Where links of mails lead, below the address of the pages."""


class LinkRefused(UsageError):
    """A link that is forged, damaged or too old, or whose reader or institute is gone."""


class MailLinks:
    """The links of one site: `address` is what they begin with, `key` what they are signed with."""

    def __init__(self, address: str, key: bytes) -> None:
        self._address = address.rstrip("/")
        self._key = key

    def of_item(self, subscriber: Subscriber, item: Item) -> ItemLinks | None:
        """Of a call for the institute that it suits best; None where it suits none of those that he decides for.

        What a saved search found is his institute's to decide, where he reads for one.
        """
        suited = [match.institute for match in item.matches if match.search is None]
        if not suited and item.matches and len(subscriber.institutes) == 1:
            suited = list(subscriber.institutes)
        if subscriber.is_network or not suited or not subscriber.role.decides:
            return None
        institute = suited[0].partition("/")[0]
        keep, dismiss, why = (
            self.address(MailLink(act, subscriber, institute, item.call.identifier))
            for act in (LinkAct.KEEP, LinkAct.DISMISS, LinkAct.WHY)
        )
        return ItemLinks(keep, dismiss, why)

    def of_mail(self, subscriber: Subscriber) -> DigestLinks:
        """Of a mail as a whole."""
        mails, unsubscribe = (self.address(MailLink(act, subscriber)) for act in (LinkAct.MAILS, LinkAct.UNSUBSCRIBE))
        return DigestLinks(mails, unsubscribe)

    def address(self, link: MailLink) -> str:
        """The address of a link, signed now."""
        reader = link.subscriber
        said = [link.act.value, reader.identifier, person_mark(self._key, reader), link.institute, link.call]
        return f"{self._address}{PATH}{self._signer.dumps([part for part in said if part])}"

    def read(self, token: str, subscribers: Iterable[Subscriber]) -> MailLink:
        """The link of an address, of one of these. Raises LinkRefused."""
        from itsdangerous import BadSignature, SignatureExpired

        try:
            act, name, mark, *named = self._signer.loads(token, max_age=DAYS * 86_400)
            reader = marked_one(self._key, subscribers, name, mark)
            if reader is None:
                raise LinkRefused("Who got this mail is subscribed no more.")
            return MailLink(LinkAct(act), reader, *named)
        except SignatureExpired as error:
            raise LinkRefused(
                "This link is older than {days} days and holds no more: the newest mail has new ones.", days=DAYS
            ) from error
        except (BadSignature, ValueError, TypeError) as error:
            raise LinkRefused("This link is not whole, or not of this site: copy all of it from the mail.") from error

    @property
    def _signer(self) -> URLSafeTimedSerializer:
        from itsdangerous import URLSafeTimedSerializer

        return URLSafeTimedSerializer(self._key, salt="matcher mail link")


def mail_links(home: Home) -> MailLinks | None:
    """The links of a home's mails; None where it has no address for pages. Raises DiskError."""
    address = home.settings.web.address
    return MailLinks(address, signing_key(home)) if address else None
