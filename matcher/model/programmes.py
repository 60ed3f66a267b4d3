"""What identifiers and types of action say of a programme, as the portal writes them."""

from __future__ import annotations


def programme_part(identifier: str) -> str:
    """The part of the programme that a topic identifier names: `HORIZON-CL5-2027-07-D3-28` is `CL5-D3`."""
    words = identifier.upper().split("-")
    if words[0] != "HORIZON" or len(words) < 2:
        return words[0]
    named = [word for word in words[2:] if not word.isdigit()]
    return f"{words[1]}-{named[0]}" if named else words[1]


def programme_cluster(identifier: str) -> str:
    """The programme and its first part, as an identifier spells them: `HORIZON-CL4`; any other by its first word."""
    words = identifier.split("-")
    return "-".join(words[:2]) if words[0] == "HORIZON" else words[0]


ACTION_LABELS = {
    "Research and Innovation Actions": "RIA",
    "Innovation Actions": "IA",
    "Coordination and Support Actions": "CSA",
    "Project Grants": "PJG",
    "Lump Sum Grants": "LS",
    "Development Actions": "DA",
    "Research Actions": "RA",
    "Infrastructure Projects": "INFRA",
    "Pre-commercial Procurement": "PCP",
    "Public Procurement of Innovative Solutions": "PPI",
    "Programme Cofund Actions": "COFUND",
    "Cofund Actions": "COFUND",
    "EIC Grants": "EIC",
    "EIC Accelerator": "EIC-ACC",
    "ERC Grants": "ERC",
    "ERC Proof of Concept Grants": "ERC-POC",
    "Recognition Prize": "RPr",
    "ECHE Charter": "CERT",
    "Quality Label": "CERT",
    "Prizes": "PRIZE",
    "Simple Grants": "SIMPLE",
    "Grants for Financial Support": "GFS",
    "TMA MSCA Doctoral Networks": "TMA-MSCA-DN",
    "TMA MSCA Doctoral Networks - Joint Doctorates": "TMA-MSCA-DN-JD",
    "TMA MSCA Doctoral Networks - Industrial Doctorates": "TMA-MSCA-DN-ID",
    "TMA MSCA Postdoctoral Fellowships - European Fellowships": "TMA-MSCA-PF-EF",
    "TMA MSCA Postdoctoral Fellowships - Global Fellowships": "TMA-MSCA-PF-GF",
    "TMA MSCA Staff Exchanges": "TMA-MSCA-SE",
    "TMA MSCA Cofund Doctoral programme": "TMA-MSCA-Cofund-D",
    "TMA MSCA Cofund Postdoctoral programme": "TMA-MSCA-Cofund-P",
}
"""Label less programme → code less programme, for rows that name a type of action by its label alone."""

USUAL_ACTIONS = frozenset(code.upper() for code in ACTION_LABELS.values())
"""Types of action that the portal uses, less programme, in upper case."""
