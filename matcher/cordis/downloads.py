"""Bringing a dump of projects: from an address, only when it changed there, or from a path."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import requests

from matcher.config.addresses import address_mistake
from matcher.errors import ProjectsError, UsageError, system_reason
from matcher.http import READ_ERRORS, Body, BodyTooLongError, Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from matcher.config.setting_sections import PortalSettings

LARGEST = 500_000_000
"""Bytes of a dump; real ones have some 50 million."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A dump on this machine's disk; `mark` is what to hand to the next `bring`."""

    path: Path
    mark: str


class Cordis:
    """CORDIS over HTTP, as polite as with the portal. A context manager."""

    def __init__(self, settings: PortalSettings) -> None:
        self._client = Client(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @contextmanager
    def bring(
        self, source: str, mark: str, folder: Path, progress: Callable[[int, int], None] | None = None
    ) -> Iterator[Brought | None]:
        """A dump, None when it is unchanged since `mark`; what is downloaded into `folder` goes at the end.

        `progress(done, total)` counts bytes, `total` 0 where the address does not tell.

        Raises:
            UsageError: when the source is neither an address nor a path that can be read.
            PortalError: when the address gives no file.
        """
        if "://" not in source:
            yield _of_path(source, mark)
            return
        mistake = address_mistake(source)
        if mistake:
            raise UsageError("Source of projects: {mistake}.", mistake=mistake)
        response = self._client.open(source, {"Accept": "*/*", **_conditions(mark)})
        with response:
            if response.status_code == requests.codes.not_modified:
                yield None
                return
            with tempfile.NamedTemporaryFile(dir=folder, prefix="projects.", suffix=".zip") as file:
                self._download(source, response, file.write, progress)
                file.flush()
                yield Brought(Path(file.name), _mark_of(response))

    def _download(
        self,
        source: str,
        response: requests.Response,
        write: Callable[[bytes], int],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        body = Body(response, LARGEST)
        length = response.headers.get("Content-Length", "")
        total, done = int(length) if length.isdigit() else 0, 0
        try:
            while piece := body.read():
                done += write(piece)
                if progress is not None:
                    progress(done, total)
        except BodyTooLongError:
            raise ProjectsError(f"{source} is longer than any real dump of projects.") from None
        except READ_ERRORS as error:
            raise ProjectsError(f"{source} broke off after {done:,} bytes: try again later.") from error


def _of_path(source: str, mark: str) -> Brought | None:
    path = Path(source)
    try:
        files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
        facts = [f"{p.name} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in files]
    except OSError as error:
        raise UsageError("Cannot read {source}: {reason}.", source=source, reason=system_reason(error)) from error
    found = "\n".join(facts)
    return None if found == mark else Brought(path, found)


def _mark_of(response: requests.Response) -> str:
    return f"{response.headers.get('ETag', '')}\n{response.headers.get('Last-Modified', '')}"


def _conditions(mark: str) -> dict[str, str]:
    etag, _, modified = mark.partition("\n")
    return {**({"If-None-Match": etag} if etag else {}), **({"If-Modified-Since": modified} if modified else {})}
