"""What was edited of a profile, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.profile_revision import ANOTHER_ORDER, TAKEN_BACK, TO_THE_FILE

if TYPE_CHECKING:
    from matcher.present.words import Words


def edit_text(summary: str, words: Words) -> str:
    """`+ hydrogen storage; - coal`, `taken back: …`: terms as they are, the rest in the reader's language."""
    if summary.startswith(TAKEN_BACK):
        return words.say("taken back: {said}", said=edit_text(summary.removeprefix(TAKEN_BACK), words))
    said = {ANOTHER_ORDER: words.say("another order"), TO_THE_FILE: words.say("back to the file")}
    return said.get(summary, summary)
