"""How a run went, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.language import Language
from matcher.text import untrusted

if TYPE_CHECKING:
    from matcher.model.outcomes import RunRecord
    from matcher.present.words import Words


def run_text(run: RunRecord, words: Words) -> str:
    """When, what and how it went."""
    kinds = {
        "run": words.say("daily run"),
        "fetch": words.say("fetch"),
        "bulk": words.say("archive"),
        "clean": words.say("clean-up"),
        "projects": words.say("projects"),
        "sample": words.say("packaged sample"),
    }
    outcomes = {
        "ok": words.say("done"),
        "partial": words.say("done, with problems"),
        "failed": words.say("failed"),
        "interrupted": words.say("interrupted"),
        "running": words.say("still running"),
    }
    problems = run.detail.get("problems")
    first = for_reader(str(problems[0]), words) if isinstance(problems, list) and problems else None
    what = f"{kinds.get(run.kind, run.kind)}, {outcomes.get(run.outcome, run.outcome)}"
    return f"{words.moment(run.started)}, {what}" + (f": {first}" if first else "")


def for_reader(problem: str, words: Words) -> str | None:
    """Of a sentence to the operator what a reader of English is told; hosts, ports and advice follow its colon."""
    if words.language is not Language.EN:
        return None
    return untrusted.text(problem.partition(": ")[0].rstrip(".")) + "."
