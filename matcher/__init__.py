"""Tells each French Carnot institute, every day, which European calls suit its skills, and why."""

from __future__ import annotations

__version__ = "0.1.0"
