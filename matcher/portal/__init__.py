"""The way in: the EU Funding & Tenders Portal's search API, its archive file and its topic files.

What the portal really does is described in PROTOCOL.md; each module here deals with one of its habits.
"""

from __future__ import annotations

from matcher.portal.bulk import BulkFile, parse_item
from matcher.portal.client import Portal
from matcher.portal.listing import Listing, Resolved, fresh, resolve
from matcher.portal.options import PortalOptions
from matcher.portal.parsing import parse_row, parse_rows
from matcher.portal.search import Query

__all__ = [
    "BulkFile",
    "Listing",
    "Portal",
    "PortalOptions",
    "Query",
    "Resolved",
    "fresh",
    "parse_item",
    "parse_row",
    "parse_rows",
    "resolve",
]
