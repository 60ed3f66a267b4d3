"""What a call and a profile say as a whole: vectors of a sentence encoder as arrays of an index.

What all calls have in common is taken off their vectors, and what all profiles have in common off theirs: it tells
nothing, and what is left has much the same spread with any model. The average call is kept as long as the model of the
terms, so that a new call moves no other's score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.errors import IndexMissing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from matcher.model.call import Call
    from matcher.model.institute import Profile
    from matcher.ranking.encoder import Encoder, KeptVectors
    from matcher.ranking.index import Index

Floats = npt.NDArray[np.float32]

WORDS = 100
"""Words of each text that are encoded: small encoders read little more."""

_NOTHING = 1e-4
"""A vector so near the average says nothing of its own."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How an index gets its vectors: `model` as it was set, and of calls that are live on `day`, or of all calls."""

    model: str
    vectors: KeptVectors
    day: date | None

    @property
    def facts(self) -> dict[str, str]:
        """What an index remembers of its encoder."""
        return {"setting": self.model, "name": self.vectors.encoder.name}


def meaning_arrays(
    encoding: Encoding, calls: Sequence[Call], profiles: Sequence[Profile], previous: Index | None
) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an index; none when there is no call to encode. `previous` lends its average call.

    `meaning_rows` (encoded,) are rows of calls, `meaning_calls` (encoded, dimensions) and `meaning_profiles`
    (profiles, dimensions) vectors of unit length or zero, `meaning_averages` (2, dimensions) what was taken off
    the calls and off the profiles.
    """
    rows = [row for row, call in enumerate(calls) if encoding.day is None or call.is_live(encoding.day)]
    if not rows:
        return {}
    prefixes = encoding.vectors.encoder.prefixes
    of_calls = [prefixes.call + call_text(calls[row]) for row in rows]
    of_profiles = [_texts(prefixes.profile, (part.text for part in profile.parts)) for profile in profiles]
    wanted = {*of_calls, *(text for texts in of_profiles for text in texts)}
    vectors = encoding.vectors.encode(sorted(wanted), forget_others=encoding.day is not None)
    encoded = np.stack([vectors[text] for text in of_calls])
    call = _kept_average(encoding, previous)
    if call is None:
        call = encoded.mean(axis=0)
    means = [_mean([vectors[text] for text in texts]) for texts in of_profiles if texts]
    profile = np.mean([*means, call], axis=0)  # the call among them keeps a lone profile from being the average itself
    wishes = [_direction([vectors[text] for text in texts], profile) for texts in of_profiles]
    return {
        "meaning_rows": np.array(rows, dtype=np.int32),
        "meaning_calls": _unit(encoded - call),
        "meaning_profiles": np.stack(wishes) if wishes else np.zeros((0, len(call)), dtype=np.float32),
        "meaning_averages": np.stack([call, profile]),
    }


def text_meaning(index: Index, encoder: Encoder, text: str) -> Floats | None:
    """(dimensions,) the vector of any text; None where the index has none to compare it with.

    Raises:
        IndexMissing: when the index was built with another model.
    """
    if "meaning_averages" not in index.arrays:
        return None
    if index.meta["encoder"]["name"] != encoder.name:
        raise IndexMissing(
            "The sentence encoder changed since the index was built; delete the folder `index` in MATCHER_HOME, "
            "and the next question builds it anew."
        )
    return _direction(encoder.encode(_texts(encoder.prefixes.profile, [text])), index.arrays["meaning_averages"][1])


def _direction(vectors: Sequence[Floats] | Floats, average: Floats) -> Floats:
    """Where the mean of some vectors lies, seen from the average; zero for none of them."""
    return _unit(_mean(vectors) - average) if len(vectors) else np.zeros_like(average)


def _mean(vectors: Sequence[Floats] | Floats) -> Floats:
    return _unit(np.mean(vectors, axis=0))


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.where(lengths > _NOTHING, vectors / np.maximum(lengths, _NOTHING), 0).astype(np.float32)


def _kept_average(encoding: Encoding, previous: Index | None) -> Floats | None:
    if previous is None or previous.meta.get("encoder") != encoding.facts:
        return None
    averages = previous.arrays.get("meaning_averages")
    return None if averages is None else averages[0]


def _texts(prefix: str, texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(prefix + short for short in map(_shortened, texts) if short))


def call_text(call: Call) -> str:
    """What is encoded of a call: the first words of its title and sections."""
    return _shortened("\n".join((call.title, *(section.text for section in call.sections))))


def _shortened(text: str) -> str:
    return " ".join(text.split()[:WORDS])
