"""The plan of docs/architecture.md holds: imports point down, and what is heavy stays where it may be."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.helpers.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW = re.compile(r"^\| `([a-z_]+)/?` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
ROOT_MODULES = 6
MODULES = 330
LINES = 250


def plan() -> dict[str, tuple[set[str], set[str]]]:
    """Layer → what it may import, and the heavy libraries that it may import; top layer first."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return {name: (_names(may), _names(heavy)) for name, _, may, heavy in ROW.findall(text)}


def _names(cell: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", cell))


def sources(root: Path) -> dict[str, Path]:
    files = (p for p in sorted((root / "matcher").rglob("*.py")) if "migrations" not in p.parts)
    return {".".join(p.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): p for p in files}


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Every module that a file imports, wherever in it: functions and type annotations count."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in known else node.module


def layer_of(module: str) -> str:
    return ([*module.split("."), ""])[1]


def upward(root: Path) -> list[str]:
    """What imports a layer that the plan does not name for it; the package's own face may import everything."""
    known, layers = sources(root), plan()
    return [
        f"{module} imports {target}"
        for module, path in known.items()
        for target in imports(path, known)
        if module not in {"matcher", "matcher.__main__"}
        and target.split(".")[0] == "matcher"
        and layer_of(target) not in {layer_of(module), *layers[layer_of(module)][0]}
    ]


HEAVY = {
    "sqlalchemy",
    "alembic",
    "sklearn",
    "scipy",
    "pandas",
    "requests",
    "pydantic",
    "numpy",
    "jinja2",
    "apscheduler",
}


def heavy(root: Path) -> list[str]:
    known, layers = sources(root), plan()
    return [
        f"{module} imports {target}"
        for module, path in known.items()
        for target in imports(path, known)
        if (library := target.split(".")[0]) in HEAVY
        and module not in {"matcher", "matcher.__main__"}
        and library not in layers[layer_of(module)][1]
    ]


def circles(root: Path) -> list[str]:
    """Modules that come back to themselves."""
    known = sources(root)
    graph = {module: {t for t in imports(path, known) if t in known} for module, path in known.items()}
    found = []
    for start in graph:
        seen, following = set(), list(graph[start])
        while following:
            module = following.pop()
            if module not in seen:
                seen.add(module)
                following += graph[module]
        if start in seen:
            found.append(start)
    return found


def test_imports_point_down_only() -> None:
    assert upward(ROOT) == []


def test_no_module_comes_back_to_itself() -> None:
    assert circles(ROOT) == []


def test_heavy_libraries_stay_where_the_plan_has_them() -> None:
    assert heavy(ROOT) == []


def test_a_layer_imports_only_layers_below_it() -> None:
    order = list(plan())
    assert [
        (layer, below)
        for layer, (may, _) in plan().items()
        for below in may
        if order.index(below) <= order.index(layer)
    ] == []


def test_every_package_and_module_of_the_root_is_in_the_plan() -> None:
    there = {layer_of(module) for module in sources(ROOT)} - {"", "__main__"}
    assert there == set(plan())


def test_a_package_says_what_it_is_for_and_holds_nothing_else() -> None:
    for module, path in sources(ROOT).items():
        if path.name == "__init__.py" and module != "matcher":
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert [type(node) for node in body] == [ast.Expr], module


def test_a_package_says_what_it_may_import_and_what_it_may_load() -> None:
    for layer, (may, heavy_ones) in plan().items():
        if (ROOT / "matcher" / layer).is_dir():
            body = ast.parse((ROOT / "matcher" / layer / "__init__.py").read_text(encoding="utf-8"))
            said = re.search(r"May import: (.*?)\. Heavy: (.*?)\. Never: ", ast.get_docstring(body) or "", re.DOTALL)
            assert said is not None, layer
            assert [_names(part) for part in said.groups()] == [may, heavy_ones], layer


def test_the_plan_can_be_seen_from_the_street() -> None:
    known = sources(ROOT)
    assert sum(path.parent == ROOT / "matcher" for path in known.values()) <= ROOT_MODULES
    assert len(known) <= MODULES
    names = Counter(path.stem for path in known.values() if path.stem != "__init__")
    assert [name for name, times in names.items() if times > 1] == []


def test_one_noun_is_one_class() -> None:
    names = Counter(
        node.name
        for path in sources(ROOT).values()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_no_class_is_longer_than_a_person_reads() -> None:
    long = [
        (module, node.name)
        for module, path in sources(ROOT).items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and (node.end_lineno or 0) - node.lineno >= LINES
    ]
    assert long == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("from matcher.store.database import Store", upward),
        ("def late():\n    from matcher.app.home import Home", upward),
        ("import pandas", heavy),
    ],
)
def test_what_breaks_the_plan_is_found(tmp_path, line, what) -> None:
    folder = tmp_path / "matcher" / "model"
    folder.mkdir(parents=True)
    for name in ("store/database.py", "app/home.py"):
        (tmp_path / "matcher" / name).parent.mkdir()
        (tmp_path / "matcher" / name).touch()
    (folder / "call.py").write_text(line + "\n", encoding="utf-8")
    assert len(what(tmp_path)) == 1


def test_a_circle_is_found(tmp_path) -> None:
    folder = tmp_path / "matcher" / "model"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text("from matcher.model import b\n", encoding="utf-8")
    (folder / "b.py").write_text("from matcher.model.a import x\n", encoding="utf-8")
    assert circles(tmp_path) == ["matcher.model.a", "matcher.model.b"]
