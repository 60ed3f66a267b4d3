"""The key that links, forms and sessions are signed with: made once, kept in the home folder for its owner alone."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from matcher.disk import make_folder, sync, writing_to
from matcher.errors import DiskError

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.app.home import Home

BYTES = 32


def signing_key(home: Home) -> bytes:
    """The key of a home, made where there is none. Raises DiskError where it cannot be kept, or was damaged."""
    path = home.settings.home / "signing.key"
    with writing_to(home.settings.home):
        with suppress(FileExistsError):
            _make(path)
        written = path.read_bytes().strip()
    key = b""
    with suppress(ValueError):
        key = bytes.fromhex(written.decode("ascii"))
    if len(key) != BYTES:
        raise DiskError(
            "{path} is damaged: remove it, and links and forms that were made with it hold no more.", path=path
        )
    return key


def _make(path: Path) -> None:
    """A new key as a whole file: who comes second, in another process, finds the first one's."""
    if path.exists():
        return
    make_folder(path.parent)
    draft = path.with_name(f".writing-{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
        sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)
