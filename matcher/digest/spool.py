"""Mails as files, for when no mail server is configured: nothing is lost and everything can be looked at."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from matcher.digest.transport import Outcome, Verdict
from matcher.disk import make_folder, write_file

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.model.subscription import Mail


class FileTransport:
    """Writes each mail to `<folder>/<day>/<subscriber>.eml` and `.html`, readable by the owner only.

    The same mail written again is the same file; another mail to the same subscriber on that day (a notice) gets
    `-2` after its name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: Mail) -> Outcome:
        try:
            day = self._folder / mail.day.isoformat()
            make_folder(day)
            target = _free_name(day, _file_name(mail.subscriber), mail.body)
            write_file(target.with_name(target.name + ".html"), mail.html.encode("utf-8", "replace"))
            write_file(target.with_name(target.name + ".eml"), mail.body)
        except OSError as error:
            return Outcome(Verdict.TROUBLE, f"the mails in {self._folder} cannot be written ({error.strerror})")
        return Outcome(Verdict.ACCEPTED)

    def close(self) -> None:
        """Nothing is held open between mails."""


def _file_name(subscriber: str) -> str:
    return re.sub(r"[^\w.@+-]", "_", subscriber).lstrip(".")[:100] or "_"


def _free_name(day: Path, name: str, body: bytes) -> Path:
    """The first path (less its suffix) that is not taken by a different mail."""
    for number in count(1):
        target = day / (name if number == 1 else f"{name}-{number}")
        kept = target.with_name(target.name + ".eml")
        if not kept.exists() or kept.read_bytes() == body:
            return target
    raise AssertionError  # count() does not end
