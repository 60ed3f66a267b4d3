"""Mails as files, for when no mail server is configured: nothing is lost and everything can be looked at."""

from __future__ import annotations

import os
import re
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.digest.transport import Outcome, Verdict

if TYPE_CHECKING:
    from matcher.digest.nouns import Mail


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
            for folder in (self._folder, day):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            target = _free_name(day, _file_name(mail.subscriber), mail.body)
            _write(target.with_name(target.name + ".html"), mail.html.encode("utf-8", "replace"))
            _write(target.with_name(target.name + ".eml"), mail.body)
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


def _write(path: Path, data: bytes) -> None:
    """All or nothing, also when the machine stops half-way; a temporary file is made with mode 0600."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
