"""Dumps of CORDIS in the real layout, with texts of our own."""

from __future__ import annotations

import csv
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

PROJECT = (
    "id", "acronym", "status", "title", "startDate", "endDate", "totalCost", "ecMaxContribution",
    "legalBasis", "topics", "ecSignatureDate", "frameworkProgramme", "masterCall", "subCall",
    "fundingScheme", "nature", "objective", "contentUpdateDate", "rcn", "grantDoi", "keywords",
)  # fmt: skip
ORGANISATION = (
    "projectID", "projectAcronym", "organisationID", "vatNumber", "name", "shortName", "SME", "activityType",
    "street", "postCode", "city", "country", "nutsCode", "geolocation", "organizationURL", "contactForm",
    "contentUpdateDate", "rcn", "order", "role", "ecContribution", "netEcContribution", "totalCost",
    "endOfParticipation", "active",
)  # fmt: skip
CONCEPT = ("projectID", "euroSciVocCode", "euroSciVocPath", "euroSciVocTitle", "euroSciVocDescription")


def project(number: int, **fields: Any) -> dict[str, Any]:
    """A row of `project.csv`."""
    return {
        "id": str(101_000_000 + number),
        "acronym": f"PROJ{number}",
        "status": "SIGNED",
        "title": f"Invented project {number}",
        "startDate": "2022-02-01",
        "endDate": "2026-01-31",
        "totalCost": "2000000",
        "ecMaxContribution": "1500000,50",
        "legalBasis": "HORIZON.2.5",
        "topics": "HORIZON-CL5-2021-D3-01-01",
        "ecSignatureDate": "2022-01-25",
        "frameworkProgramme": "HORIZON",
        "fundingScheme": "HORIZON-RIA",
        "objective": "A text of our own.",
        "keywords": "invented keyword",
        **fields,
    }


def participation(number: int, pic: str, **fields: Any) -> dict[str, Any]:
    """A row of `organization.csv`."""
    return {
        "projectID": str(101_000_000 + number),
        "organisationID": pic,
        "name": f"ORGANISATION {pic}",
        "shortName": "ORG",
        "SME": "false",
        "activityType": "REC",
        "country": "FR",
        "order": "1",
        "role": "participant",
        "ecContribution": "250000,25",
        "netEcContribution": "250000,25",
        "endOfParticipation": "false",
        **fields,
    }


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A table as CORDIS writes it: semicolons, every field quoted, quotes doubled."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return file.getvalue()


def tables(
    projects: Sequence[Mapping[str, Any]],
    participations: Sequence[Mapping[str, Any]] = (),
    concepts: Sequence[Mapping[str, Any]] = (),
) -> dict[str, bytes]:
    """The files of a dump by name."""
    return {
        "project.csv": table(PROJECT, projects).encode(),
        "organization.csv": table(ORGANISATION, participations).encode(),
        "euroSciVoc.csv": table(CONCEPT, concepts).encode(),
    }


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


class LocalCordis:
    """A server with one dump, which answers 304 to whoever has it, by its ETag, or where it gives none by its day;
    `asked` keeps the headers of each request."""

    def __init__(self, content: bytes, etag: str = '"one"', modified: str = "") -> None:
        self.asked: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(dict(self.headers))
                seen = (self.headers.get("If-None-Match", ""), self.headers.get("If-Modified-Since", ""))
                known = seen == (etag, modified)
                self.send_response(304 if known else 200)
                for name, value in (("ETag", etag), ("Last-Modified", modified)):
                    if value:
                        self.send_header(name, value)
                self.send_header("Content-Length", "0" if known else str(len(content)))
                self.end_headers()
                if not known:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Keeps quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/data/cordis.zip"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
