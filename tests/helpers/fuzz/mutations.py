"""What goes wrong with data: trees with parts replaced, bytes cut and doubled, values that nobody expects."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

HUGE = "@5000 digits@"
"""Stands in a tree for an integer that Python cannot write."""

DEEP: list[Any] = []
for _ in range(200):
    DEEP = [DEEP]

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**18, 10**30, -(10**40), 1.5, 1e308, float("inf"), "", " ", "0", "null", "[]", "{}",
    "\0", "a\0b", "\ud800", "\udfff\ud800", "\ufeffx", "\u2028", "\u202eabc", "\x85", "İ" * 50, "=1+1", "x\r\nBcc: y",
    "9" * 5000, "1e999", HUGE, "2026-02-30", "9999-12-31T23:59:59.999-2359", "0000-00-00", "31 February 2026",
    "[" * 3000, '{"a":' * 3000, "<b>" * 2000, "<div></x>" * 3000, "&#" * 2000, "x" * 100_000, "a, " * 5000,
    "https://ec.europa.eu\\@evil.example/", "https://[::1", "javascript:alert(1)", [], {}, [[]], [None], [{}], DEEP,
    {"id": {"id": {}}}, ["x"] * 3000, {str(i): [i] for i in range(2000)},
)  # fmt: skip

strange = st.one_of(
    st.sampled_from(STRANGE),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
)
changes = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from("srdw"), strange), max_size=4)
"""Which place, what is done there (set, remove, double, wrap), with what."""


def changed(tree: Any, edits: list[tuple[int, str, Any]]) -> Any:
    """A copy of a tree after some edits."""
    root = [copy.deepcopy(tree)]
    for place, kind, value in edits:
        holders = list(_places(root))
        holder, key = holders[place % len(holders)]
        if kind == "r" and holder is not root:
            del holder[key]
        elif kind == "d" and isinstance(holder, list) and holder is not root:
            holder.insert(key, copy.deepcopy(holder[key]))
        elif kind == "w":
            holder[key] = [holder[key]]
        else:
            holder[key] = copy.deepcopy(value)
    return root[0]


def _places(node: Any, depth: int = 0) -> Any:
    entries = enumerate(node) if isinstance(node, list) else node.items() if isinstance(node, dict) else ()
    for key, value in list(entries):
        yield node, key
        if depth < 12:
            yield from _places(value, depth + 1)


def dumped(tree: Any) -> str:
    """JSON, as tolerant as the world: huge integers, Infinity, lone surrogates."""
    return json.dumps(tree).replace(f'"{HUGE}"', "9" * 5000)


PIECES = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3", b"\r", b"\n", b"\r\n\r\n", b'"',
    b"'", b"\\", b";", b",",
    b":", b"[", b"]", b"{", b"}", b"&a ", b"*a ", b"<<: ", b"!!float ''", b"!!int ", b"!!timestamp ",
    b"!!set ", b"!!omap ",
    b"? ", b"- " * 400, b"[" * 20_000, b"{a: " * 200, b'{"a":' * 20_000, b"]" * 300, b"9" * 5000, b"-" * 300, b"1e999",
    b"\t", b"%YAML 9.9\n", b"--- |\n", b"\n...\n---\n", b"a: &x [1]\nb: *x\n", b"nan", b"0x", b"1:" * 300,
    b"x" * 200_000,
    b'"\\ud800"', b"1979-05-27T07:32:00-99:99", b"[[a]]\n", b"a.b.c = 1\n", b"\x1f\x8b\x08\0", b"\xe2\x80\xa8",
)  # fmt: skip

byte_edits = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=8)), max_size=4
)
"""Where, how many bytes go, and what comes instead."""


def edited(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """Bytes after some edits."""
    for place, gone, piece in edits:
        at = place % (len(data) + 1)
        data = data[:at] + piece + data[at + gone :]
    return data


def bytes_like(*valid: bytes) -> st.SearchStrategy[bytes]:
    """One of these files with some bytes edited or cut off, or bytes of no kind."""
    broken = st.builds(edited, st.sampled_from(valid), byte_edits)
    cut = st.builds(lambda data, end: data[: end % (len(data) + 1)], st.sampled_from(valid), st.integers(0, 10**6))
    return st.one_of(broken, broken, broken, cut, st.binary(max_size=300), st.sampled_from(PIECES))
