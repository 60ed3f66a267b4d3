"""The portal's `frameworkProgramme` codes and the abbreviations that people use for them.

Source: the code table collected from the portal's facets (`shared/portal/codes.json`). Generations of one
programme share an abbreviation (LIFE 2014-2020 and LIFE 2021-2027), except Horizon 2020 and Horizon Europe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ABBREVIATIONS = {
    "43108390": "HORIZON",
    "31045243": "H2020",
    "43298916": "EURATOM",
    "43152860": "DIGITAL",
    "44181033": "EDF",
    "43252405": "LIFE",
    "31107710": "LIFE",
    "43252476": "SMP",
    "111111": "RELEX-PROSPECT",
    "43251589": "CERV",
    "31076817": "REC",
    "43251567": "CEF",
    "31065524": "CEF",
    "43251814": "CREA",
    "31059083": "CREA",
    "43353764": "ERASMUS",
    "31059093": "ERASMUS",
    "43252449": "RFCS",
    "31061225": "RFCS",
    "43254019": "ESF",
    "43637601": "PPPA",
    "44416173": "I3",
    "43252368": "ISF",
    "31077833": "ISF",
    "31077817": "ISF",
    "44773066": "JTM",
    "31059643": "COSME",
    "43252386": "JUST",
    "31070247": "JUST",
    "45532249": "EUBA",
    "43252433": "PERICLES",
    "43252517": "SOCPL",
    "43253967": "RENEWFM",
    "43254037": "ESC",
    "43697167": "EP",
    "43089234": "INNOVFUND",
    "43392145": "EMFAF",
    "31098847": "EMFF",
    "45876777": "NDICI",
    "46324255": "ERDF-TA",
    "43332642": "EU4H",
    "31061266": "HP",
    "111109": "HP",
    "111110": "HP",
    "43251842": "EUAF",
    "31084392": "HERCULE",
    "43251882": "IMCAP",
    "42198993": "IMCAP",
    "43298664": "AGRIP",
    "31072773": "AGRIP",
    "43251447": "AMIF",
    "31077795": "AMIF",
    "43298203": "UCPM",
    "31082527": "UCPM",
    "43253706": "TSI",
    "42905358": "SRSP",
    "43253979": "CUST",
    "43253995": "FISC",
    "43251530": "BMVI",
    "43251534": "CCEI",
    "44773133": "IMREG",
}


def abbreviation(code: str | None) -> str | None:
    """`43108390` → `HORIZON`; a code that is not in the table stays as it is."""
    return None if not code else ABBREVIATIONS.get(code, code)


def codes(programmes: Iterable[str]) -> list[str]:
    """The codes of abbreviations (any case) or raw codes, without repeats; `UsageError` for an unknown word."""
    found: dict[str, None] = {}
    for programme in programmes:
        word = programme.strip().upper()
        matching = [code for code, short in ABBREVIATIONS.items() if short == word]
        if not matching and word.isascii() and word.isdigit():
            matching = [word]
        if not matching:
            known = ", ".join(sorted(set(ABBREVIATIONS.values())))
            raise UsageError(f"Unknown programme {programme!r}; known are {known}, or the portal's numeric code.")
        found.update(dict.fromkeys(matching))
    return list(found)


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


def check_programmes(names: Sequence[str]) -> None:
    """Raises UsageError that names near ones for a programme that the portal does not know."""
    from difflib import get_close_matches

    for name in names:
        try:
            codes([name])
        except UsageError as error:
            near = get_close_matches(name.strip().upper(), set(ABBREVIATIONS.values()), n=3, cutoff=0.5)
            if not near:
                raise
            hint = f"did you mean {' or '.join(sorted(near))}?"
            raise UsageError(f"No programme is called {name!r}: {hint}") from error


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
