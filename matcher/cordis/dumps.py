"""A dump of CORDIS, opened: a zip or a folder of tables, read row by row; no table is ever whole in memory."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, Self

from matcher.cordis import fields as written
from matcher.errors import ProjectsError, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType

    from typing_extensions import Buffer

MOST_FILES = 500
"""Files in a dump; real ones have eight."""

MOST_UNPACKED = 2_000_000_000
"""Bytes that all tables of a dump may unpack to; those of a real one are some 200 million."""

LONGEST_FIELD = 1_000_000
"""Characters of one field; a quote that is never closed would swallow the rest of the file."""


_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Row(NamedTuple):
    """One row of a table: the line on which it ends, the values that were asked for, or why there are none."""

    line: int
    values: tuple[str, ...]
    fault: str = ""


class Dump:
    """The tables of one source by the names of their files; a context manager that closes what it reads.

    Names are compared without folders and case, so that no path of a zip is ever followed.

    Raises:
        ProjectsError: when the source is no zip and no folder, or holds no `project.csv`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._left = MOST_UNPACKED
        self._zip: zipfile.ZipFile | None = None
        try:
            self._names = self._folder() if path.is_dir() else self._archive()
        except (OSError, ValueError, zipfile.BadZipFile, struct.error, NotImplementedError) as error:
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

    def rows(self, table: str, columns: Sequence[Sequence[str]]) -> Iterator[Row]:
        """Every row of a table (`project.csv`); none where the dump lacks it.

        Each row has a value for each of the columns (two or more), which go by the first of their names that the
        table has; an empty one where it has none of them.

        Raises:
            ProjectsError: when the table breaks off, or unpacks to more than `MOST_UNPACKED`.
        """
        if table not in self._names:
            return
        csv.field_size_limit(LONGEST_FIELD)
        try:
            with self._opened(table) as file:
                yield from _rows(_Counted(file, self._take), columns)
        except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error, struct.error, RuntimeError) as error:
            raise ProjectsError(f"{self.path}: {table} breaks off ({error}).") from error

    def _take(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise OSError(f"longer than {MOST_UNPACKED:,} bytes")

    def _folder(self) -> dict[str, str]:
        return _by_name((p.name, p.name) for p in self.path.iterdir() if p.is_file())

    def _archive(self) -> dict[str, str]:
        self._zip = zipfile.ZipFile(self.path)
        entries = self._zip.infolist()
        if strange := [entry.filename for entry in entries if entry.compress_type not in _PACKED]:
            raise ValueError(f"{shorten(strange[0])} is packed in another way than zips of tables are")
        return _by_name((Path(entry.filename).name, entry.filename) for entry in entries if entry.filename)

    @contextmanager
    def _opened(self, table: str) -> Iterator[IO[bytes]]:
        name = self._names[table]
        with self._zip.open(name) if self._zip is not None else (self.path / name).open("rb") as file:
            yield file


def _by_name(files: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Where each file is, by its name in lower case; of two that differ in case alone, the last in the alphabet."""
    found = sorted(files)
    if len(found) > MOST_FILES:
        raise ValueError(f"{len(found)} files, expected at most {MOST_FILES}")
    return {name.casefold(): place for name, place in found}


class _Counted(io.RawIOBase):
    """A file that tells `take` how many bytes it gives."""

    def __init__(self, file: IO[bytes], take: Callable[[int], None]) -> None:
        self._file, self._take = file, take

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        found = self._file.read(len(view))
        self._take(len(found))
        view[: len(found)] = found
        return len(found)


def _rows(file: io.RawIOBase, columns: Sequence[Sequence[str]]) -> Iterator[Row]:
    text = io.TextIOWrapper(io.BufferedReader(file, 1 << 16), "utf-8-sig", written.WINDOWS_1252, newline="")
    reader = csv.reader(text, delimiter=";")
    nothing = ("",) * len(columns)
    width = 0
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(reader.line_num, nothing, str(error))
            continue
        if not width:
            width, chosen = len(fields), _chosen(fields, columns)
        elif len(fields) == width:
            fields.append("")
            yield Row(reader.line_num, chosen(fields))
        elif fields:
            yield Row(reader.line_num, nothing, f"{len(fields)} fields, expected {width}")


def _chosen(header: Sequence[str], columns: Sequence[Sequence[str]]) -> Callable[[list[str]], tuple[str, ...]]:
    """Takes the columns of a row that has an empty field at its end, for those that the table lacks."""
    places = {name.strip(): place for place, name in enumerate(header)}
    first, *more = [next((places[n] for n in names if n in places), len(header)) for names in columns]
    return itemgetter(first, *more)
