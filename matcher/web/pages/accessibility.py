"""The statement of accessibility that the French rules (RGAA) ask of public bodies: what was tried, what not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.app.home import Home
    from matcher.web.visit import Visit

DRAWN_UP = date(2026, 11, 30)
"""To be moved whenever what the statement says was looked at anew."""

DEFENDER_FORM = "https://formulaire.defenseurdesdroits.fr/"
DEFENDER_POST = ("Défenseur des droits", "Libre réponse 71120", "75342 Paris CEDEX 07")


def statement(visit: Visit) -> Response:
    """What holds for every site of the product, in its reader's language, and whom to tell of a barrier here."""
    return visit.page(
        "accessibility.html",
        bare=visit.person.role is None,
        publisher=visit.home.settings.mail.sender_name,
        contact=_contact(visit.home),
        drawn_up=DRAWN_UP,
        form=DEFENDER_FORM,
        post=DEFENDER_POST,
    )


def _contact(home: Home) -> str | None:
    """The operator's address, else the one that mails come from; None where neither was set up."""
    mail = home.settings.mail
    return mail.operator or (mail.sender if "mail.sender" in home.settings.origins else None)
