"""A checkout's modules and what they import, read from the source; nothing of it is loaded."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set
    from pathlib import Path

ROW = re.compile(r"^\| `([a-z_]+)/?` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
FACES = frozenset({"matcher", "matcher.__main__"})
"""What stands above all layers and may import everything."""


def layers(root: Path) -> dict[str, tuple[set[str], set[str]]]:
    """Layer → what it may import, and the heavy libraries that it may load; top layer first.

    Empty where the checkout has no list yet.
    """
    page = root / "docs" / "architecture.md"
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    return {name: (named(may), named(heavy)) for name, _, may, heavy in ROW.findall(text)}


def named(cell: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", cell))


def sources(root: Path) -> dict[str, Path]:
    """Every module by name; migrations, which are kept as they were, are left out."""
    files = (path for path in sorted((root / "matcher").rglob("*.py")) if "migrations" not in path.parts)
    return {".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


def layer_of(module: str) -> str:
    return ([*module.split("."), ""])[1]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def classes(path: Path) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef))


def lines_of(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def imports(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """Every module that a file imports, wherever in it: functions and type annotations count."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in known else node.module


def arrows(root: Path) -> dict[str, set[str]]:
    """Module → what it imports of its own package."""
    known = sources(root)
    return {module: {t for t in imports(path, known) if t in known} for module, path in known.items()}


def circles(graph: Mapping[str, Set[str]]) -> list[list[str]]:
    """What comes back to itself, circle by circle, the largest first: all of a circle reach each other."""
    reached = {start: _reached(graph, start) for start in graph}
    found = {
        tuple(sorted(other for other in reached[one] if one in reached.get(other, ())))
        for one in graph
        if one in reached[one]
    }
    return sorted(map(list, found), key=lambda circle: (-len(circle), circle))


def _reached(graph: Mapping[str, Set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    following = list(graph[start])
    while following:
        one = following.pop()
        if one not in seen:
            seen.add(one)
            following += graph.get(one, ())
    return seen


def between_layers(graph: Mapping[str, Set[str]]) -> dict[str, set[str]]:
    """Layer → the layers that its modules import."""
    found: dict[str, set[str]] = {layer_of(module): set() for module in graph if module not in FACES}
    for module, targets in graph.items():
        if module not in FACES:
            found[layer_of(module)] |= {layer_of(target) for target in targets - FACES} - {layer_of(module)}
    return found


def between_rooms(graph: Mapping[str, Set[str]]) -> dict[str, set[str]]:
    """Room → the rooms that its modules import; a room is a folder in a layer, or a module beside these folders."""
    found: dict[str, set[str]] = {}
    for module, targets in graph.items():
        found.setdefault(_room_of(module), set()).update({_room_of(target) for target in targets} - {_room_of(module)})
    return found


def _room_of(module: str) -> str:
    return ".".join(module.split(".")[:3])


def upward(root: Path) -> list[str]:
    """Imports of a layer that the list does not name for the one who imports."""
    may = {layer: {layer, *names} for layer, (names, _) in layers(root).items()}
    return [
        f"{module} imports {target}"
        for module, targets in arrows(root).items()
        for target in sorted(targets)
        if module not in FACES and layer_of(target) not in may.get(layer_of(module), set())
    ]
