"""The plan of the house in figures, for any checkout: `python -m tests.helpers.plan [FOLDER]`.

Read from the source alone, so that what stands today can be compared with any day before
(`git worktree add FOLDER COMMIT`, then this command on FOLDER).
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.helpers.modules import (
    FACES,
    arrows,
    between_layers,
    circles,
    classes,
    layer_of,
    layers,
    lines_of,
    sources,
    tree,
    upward,
)
from tests.helpers.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_PARAMETERS = 6
MOST_LINES = 250
SHOWN = 5
ROOT_NAME = "(root)"


@dataclass(frozen=True)
class Figure:
    """One line of the plan: what is counted, how many, and the first of them."""

    what: str
    count: int | None
    shown: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.what:<36} {'–' if self.count is None else f'{self.count:,}':>7}  {', '.join(self.shown)}".rstrip()
        )


def figures(root: Path) -> Iterator[Figure]:
    known = sources(root)
    yield from _sizes(root, known)
    yield from _imports(root)
    yield from _longest(known)
    yield from _names(known)


def _sizes(root: Path, known: dict[str, Path]) -> Iterator[Figure]:
    lines = _lengths(known)
    yield Figure("modules", len(known))
    yield Figure("lines", sum(lines.values()))
    at_root = [module for module, path in known.items() if path.parent == root / "matcher"]
    yield Figure("modules at the root", len(at_root))
    modules, by_layer = Counter[str](), Counter[str]()
    for module, count in lines.items():
        layer = ROOT_NAME if module in at_root else layer_of(module)
        modules[layer] += 1
        by_layer[layer] += count
    for layer, count in by_layer.most_common():
        yield Figure(f"  {layer}: lines", count, (f"{modules[layer]} modules",))


def _lengths(known: dict[str, Path]) -> dict[str, int]:
    return {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in known.items()}


def _imports(root: Path) -> Iterator[Figure]:
    graph = arrows(root)
    round_modules = circles(graph)
    yield Figure("circles of imports", len(round_modules), tuple(_circle(each) for each in round_modules[:SHOWN]))
    round_layers = circles(between_layers(graph))
    yield Figure("circles of layers", len(round_layers), tuple(_circle(each) for each in round_layers[:SHOWN]))
    up, against = upward(root), "imports against the list of layers"
    yield Figure(against, len(up), tuple(up[:SHOWN])) if layers(root) else Figure(against, None, ("no list here",))


def _circle(names: list[str]) -> str:
    short = [name.removeprefix("matcher.") for name in names[:SHOWN]]
    return f"{len(names)} ({' '.join(short)}{' …' if len(names) > SHOWN else ''})"


def _longest(known: dict[str, Path]) -> Iterator[Figure]:
    lines = _lengths(known)
    yield Figure("longest module", max(lines.values(), default=0), tuple(_top(lines)))
    sizes = {f"{module}.{each.name}": lines_of(each) for module, path in known.items() for each in classes(path)}
    yield Figure("longest class", max(sizes.values(), default=0), tuple(_top(sizes)))
    over = [name for name, size in sizes.items() if size > MOST_LINES]
    yield Figure(f"classes over {MOST_LINES} lines", len(over))
    taken = dict(_parameters(known))
    yield Figure("most parameters", max(taken.values(), default=0), tuple(_top(taken)))
    yield Figure(f"functions over {MOST_PARAMETERS} parameters", sum(n > MOST_PARAMETERS for n in taken.values()))


def _top(counted: dict[str, int]) -> Iterable[str]:
    return (f"{name.removeprefix('matcher.')} {count}" for name, count in Counter(counted).most_common(SHOWN))


def _parameters(known: dict[str, Path]) -> Iterator[tuple[str, int]]:
    """Function → how many parameters it takes; what it is called on and `**others` are none."""
    for module, path in known.items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef):
                named = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                yield f"{module}.{node.name}", sum(each.arg not in {"self", "cls"} for each in named)


def _names(known: dict[str, Path]) -> Iterator[Figure]:
    stems = Counter(path.stem for module, path in known.items() if path.stem != "__init__" and module not in FACES)
    yield _twice("modules of one name", stems)
    yield _twice("classes of one name", Counter(each.name for path in known.values() for each in classes(path)))


def _twice(what: str, names: Counter[str]) -> Figure:
    again = [name for name, times in names.most_common() if times > 1]
    return Figure(what, len(again), tuple(f"{name} {names[name]}" for name in again[:SHOWN]))


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT):
        sys.stdout.write(f"{figure}\n")
