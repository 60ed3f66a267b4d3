"""Things counted in English sentences that nobody translates: those for operators, and Python's."""

from __future__ import annotations


def counted(n: int, noun: str) -> str:
    """`1 call`, `2 calls`, `0 calls`."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
