"""What calls say of a skill, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.match import SkillVerdict
from matcher.present.facts import TERMINAL

if TYPE_CHECKING:
    from matcher.model.match import SkillCheck
    from matcher.present.words import Words


def skill_text(check: SkillCheck, words: Words = TERMINAL) -> str:
    """`12 calls hold it, 3 more its words apart`, `no call holds a word of it`."""
    if check.verdict is SkillVerdict.NEVER:
        return words.say("no call holds a word of it")
    if check.verdict is SkillVerdict.PART and not check.calls:
        return words.say("only words of it: {words}", words=", ".join(check.known))
    if check.verdict is SkillVerdict.PART:
        return words.say_n("{n} call holds its words, but apart", "{n} calls hold its words, but apart", check.calls)
    said = words.say_n("{n} call holds it", "{n} calls hold it", check.together)
    if check.verdict is SkillVerdict.COMMON:
        return words.say("{calls}, which is too many to tell one from another", calls=said)
    apart = check.calls - check.together
    return words.say("{calls}, {n} more its words apart", calls=said, n=apart) if apart else said
