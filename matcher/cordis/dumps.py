"""A dump of CORDIS, opened: a zip or a folder of tables, read row by row; no table is ever whole in memory."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from matcher.cordis import fields as written
from matcher.errors import ProjectsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from typing_extensions import Buffer

MOST_FILES = 500
"""Files in a dump; real ones have eight."""

MOST_UNPACKED = 4_000_000_000
"""Bytes of one table; the largest real one has 80 million."""

LONGEST_FIELD = 1_000_000
"""Characters of one field; a quote that is never closed would swallow the rest of the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: the line on which it ends, its fields by column, or why there are none."""

    line: int
    fields: dict[str, str]
    fault: str = ""


class Dump:
    """The tables of one source by the names of their files; a context manager that closes what it reads.

    Names are compared without folders and case, so that no path of a zip is ever followed.

    Raises:
        ProjectsError: when the source is no zip and no folder, or holds no `project.csv`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        try:
            self._names = self._folder() if path.is_dir() else self._archive()
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            self.close()
            raise ProjectsError(f"{path} is no zip or folder of CORDIS's tables ({error}).") from error
        if "project.csv" not in self._names:
            self.close()
            raise ProjectsError(f"{path} holds no `project.csv`: is it a dump of CORDIS's projects?")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._zip is not None:
            self._zip.close()

    def rows(self, table: str) -> Iterator[Row]:
        """Every row of a table (`project.csv`); none where the dump lacks it. Raises ProjectsError when it breaks."""
        if table not in self._names:
            return
        csv.field_size_limit(LONGEST_FIELD)
        try:
            with self._opened(table) as file:
                yield from _rows(_Bounded(file))
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
            raise ProjectsError(f"{self.path}: {table} breaks off ({error}).") from error

    def _folder(self) -> dict[str, str]:
        found = [p.name for p in self.path.iterdir() if p.is_file()]
        return {name.casefold(): name for name in found[:MOST_FILES]}

    def _archive(self) -> dict[str, str]:
        self._zip = zipfile.ZipFile(self.path)
        entries = self._zip.infolist()
        if len(entries) > MOST_FILES:
            raise ValueError(f"{len(entries)} files, expected at most {MOST_FILES}")
        return {Path(entry.filename).name.casefold(): entry.filename for entry in entries if not entry.is_dir()}

    @contextmanager
    def _opened(self, table: str) -> Iterator[IO[bytes]]:
        name = self._names[table]
        with self._zip.open(name) if self._zip is not None else (self.path / name).open("rb") as file:
            yield file


class _Bounded(io.RawIOBase):
    """A file that breaks off at the bound, whatever it claims to hold."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = MOST_UNPACKED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        found = self._file.read(len(view))
        self._left -= len(found)
        if self._left < 0:
            raise OSError(f"longer than {MOST_UNPACKED:,} bytes")
        view[: len(found)] = found
        return len(found)


def _rows(file: io.RawIOBase) -> Iterator[Row]:
    text = io.TextIOWrapper(io.BufferedReader(file, 1 << 16), "utf-8-sig", written.WINDOWS_1252, newline="")
    reader = csv.reader(text, delimiter=";")
    header: list[str] = []
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(reader.line_num, {}, str(error))
            continue
        if not header:
            header = [name.strip() for name in fields]
        elif len(fields) != len(header):
            if fields:
                yield Row(reader.line_num, {}, f"{len(fields)} fields, expected {len(header)}")
        else:
            yield Row(reader.line_num, dict(zip(header, fields, strict=True)))
