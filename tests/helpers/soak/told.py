"""What a mail tells, read back from its plain text in either language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.helpers.flow import Arrived, read
from tests.helpers.soak.oracle import CHANGED, CLOSING, FORTHCOMING, KEPT, NEW, Item

JOINT = "joint"

_SECTIONS = {
    "KEPT AND ASSIGNED": KEPT,
    "RETENUS ET CONFIÉS": KEPT,
    "POSSIBLE JOINT BIDS": JOINT,
    "RÉPONSES COMMUNES POSSIBLES": JOINT,
    "CLOSING SOON": CLOSING,
    "ÉCHÉANCES PROCHES": CLOSING,
    "NEW CALLS": NEW,
    "NOUVEAUX APPELS": NEW,
    "CHANGED SINCE YOUR LAST MAIL": CHANGED,
    "MODIFIÉS DEPUIS VOTRE DERNIER MESSAGE": CHANGED,
    "FORTHCOMING": FORTHCOMING,
    "À VENIR": FORTHCOMING,
}
_CHANGES = {
    "Deadline": "deadline",
    "Échéance": "deadline",
    "Budget": "budget",
    "Opening": "opening",
    "Ouverture": "opening",
    "Call text": "text",
    "Texte de l’appel": "text",
    "Status": "status",
    "Statut": "status",
}
_RULE = re.compile(r"=+")
_COUNTED = re.compile(r"(.+) \((\d+)\)")
_CALL = re.compile(r" {4}(?: {2})?(HORIZON-TEST-[\d-]+)")
_CHANGE = re.compile(r" {4}\* ([^:]+?)\s?: ")


@dataclass(frozen=True)
class Told:
    """One mail: to whom, and what it tells of which call; `counts` are the sections' own numbers."""

    to: str
    subject: str
    message_id: str
    items: frozenset[Item]
    repeated: bool  # a call stands in it twice, or a section counts other than it shows

    @property
    def is_joint(self) -> bool:
        """Whether it is a mail of joint bids, which is beside the digests."""
        return self.message_id.startswith("<bids.")


def told(body: bytes) -> Told:
    mail = read(body)
    found = list(_items(mail))
    calls = [call for _, call, _ in found]
    repeated = len(set(calls)) < len(calls) or len(found) != _counted(mail)
    return Told(mail.to, mail.subject, mail.message_id, frozenset((s, c, frozenset(w)) for s, c, w in found), repeated)


def _items(mail: Arrived) -> list[tuple[str, str, set[str]]]:
    found: list[tuple[str, str, set[str]]] = []
    section = None
    lines = mail.text.split("\n")
    for before, text in zip(["", *lines], lines, strict=False):
        if _RULE.fullmatch(before) and text and not _RULE.fullmatch(text):
            counted = _COUNTED.fullmatch(text)
            section = _SECTIONS.get(counted[1]) if counted else None
        elif section is not None and (call := _CALL.fullmatch(text)):
            found.append((section, call[1], set()))
        elif section is not None and (change := _CHANGE.match(text)):
            found[-1][2].add(_CHANGES[change[1]])
    return found


def _counted(mail: Arrived) -> int:
    headings = map(_COUNTED.fullmatch, mail.text.split("\n"))
    return sum(int(heading[2]) for heading in headings if heading and heading[1] in _SECTIONS)
