"""Why a file is not read."""

from __future__ import annotations

from matcher.errors import UsageError


class UnreadableError(UsageError):
    """A file that holds no text, or not in a form that is read; its message goes on after `FILE is …`."""
