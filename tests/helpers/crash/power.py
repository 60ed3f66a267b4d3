"""What a disk holds after a power cut: of each file what was synced last, of each folder the names when it was synced.

Strict: nothing else is there, the harshest that POSIX allows. Mixed: of what was not synced, any part may have reached
the disk all the same: each name, each file, each page of a file is drawn.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.helpers.crash.days import SECOND
from tests.helpers.crash.kills import Kills

if TYPE_CHECKING:
    from random import Random

    from tests.helpers.crash.days import Home
    from tests.helpers.crash.forks import Life

PAGE = 4096
Names = dict[str, tuple[str, bool]]  # name → (key, whether it is a folder)


def compile_library(folder: Path) -> Path:
    """The library to preload. Raises FileNotFoundError where there is no C compiler."""
    library = folder / "power.so"
    source = Path(__file__).with_name("power.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


@dataclass
class Disk:
    """The synced state of one folder, kept in another one."""

    library: Path
    kept: Path

    def remember_all(self, root: Path) -> None:
        """Everything that is there now is on the disk."""
        shutil.rmtree(self.kept, ignore_errors=True)
        self.kept.mkdir()
        code = ctypes.CDLL(str(self.library))
        code.power_watch(str(self.kept).encode())
        for path in (root, *root.rglob("*")):
            code.power_keep(str(path).encode())

    def key(self, path: Path) -> str:
        buffer = ctypes.create_string_buffer(96)
        assert ctypes.CDLL(str(self.library)).power_key(str(path).encode(), buffer, len(buffer)) == 0
        return buffer.value.decode()

    def cut(self, root: Path, chance: Random | None) -> None:
        """Leave of a folder what a power cut leaves: strictly, or mixed by chance."""
        target = root.with_name(root.name + ".after")
        live = {self.key(path): path for path in root.rglob("*")}
        self._rebuild(self.key(root), root, target, live, chance)
        shutil.rmtree(root)
        target.rename(root)

    def _rebuild(self, key: str, old: Path | None, target: Path, live: dict[str, Path], chance: Random | None) -> None:
        target.mkdir(mode=0o700)
        synced = self._names(key)
        now = {p.name: (self.key(p), p.is_dir()) for p in sorted(old.iterdir())} if old else {}
        for name in sorted(synced.keys() | now.keys()):
            entry = synced.get(name) if chance is None else chance.choice((synced.get(name), now.get(name)))
            if entry is None:
                continue
            found, is_folder = entry
            if is_folder:
                self._rebuild(found, live.get(found), target / name, live, chance)
            else:
                (target / name).write_bytes(self._bytes(found, live.get(found), chance))
                (target / name).chmod(0o600)

    def _names(self, key: str) -> Names:
        path = self.kept / key
        lines = path.read_text().splitlines() if path.exists() else []
        parts = (line.split(" ", 2) for line in lines)
        return {name: (found, is_folder == "1") for found, is_folder, name in parts}

    def _bytes(self, key: str, path: Path | None, chance: Random | None) -> bytes:
        synced = (self.kept / key).read_bytes() if (self.kept / key).exists() else b""
        if chance is None or path is None:
            return synced
        now = path.read_bytes()
        if chance.random() < 1 / 2:
            return chance.choice((synced, now))
        length = chance.choice((len(synced), len(now)))
        pages = range(0, length, PAGE)
        mixed = b"".join(chance.choice((synced, now))[at : at + PAGE].ljust(PAGE, b"\0") for at in pages)
        return mixed[:length]


class PowerCuts(Kills):
    """Points at which not the process alone dies: what it had not synced is gone too."""

    disk: Disk
    mixed: bool = False

    def _life(self, home: Home, moment: int, delay: float | None) -> Life:
        self.disk.remember_all(home.folder)
        return home.life(SECOND, moment, delay, synced=str(self.disk.kept))

    def _aftermath(self, home: Home) -> None:
        self.disk.cut(home.folder, self._chance if self.mixed else None)
