"""topicDetails/<id>.json, the static file of one topic: fills the text that the search API lacks for some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from matcher.portal.client import Client, WrongShapeError
from matcher.portal.sections import sections
from matcher.portal.values import as_text

if TYPE_CHECKING:
    from matcher.model.call import Section


def fetch_details(client: Client, data_url: str, identifier: str) -> tuple[Section, ...] | None:
    """The described sections of a topic, empty when the file has none; None when there is no file.

    The portal knows the file by the identifier in lower case only. Raises `PortalError` when it stays bad.
    """
    name = quote(identifier.lower(), safe="")
    return client.get_json(f"{data_url.rstrip('/')}/topicDetails/{name}.json", parse_details)


def parse_details(answer: object) -> tuple[Section, ...]:
    """The sections of a decoded file; raises `WrongShapeError` when it is not one."""
    details = answer.get("TopicDetails") if isinstance(answer, Mapping) else None
    if not isinstance(details, Mapping):
        raise WrongShapeError("the answer holds no `TopicDetails`")
    return sections(as_text(details.get("description")))
