"""The fitted terms that profiles and skills are weighed by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matcher.text.analysis import Analyzer

Floats = npt.NDArray[np.float32]


class Vocabulary(Protocol):
    """The fitted terms that a profile is weighed by."""

    @property
    def fitted_terms(self) -> int:
        """Terms below this position were there when the model was fitted; later ones are new words of new calls."""
        ...

    @property
    def idf(self) -> Floats: ...

    @property
    def background_calls(self) -> Floats: ...

    @property
    def background_projects(self) -> Floats: ...

    def find_term(self, term: str) -> int | None: ...


def is_fitted(vocabulary: Vocabulary, term: str) -> bool:
    """Whether a term was there when the model was fitted."""
    position = vocabulary.find_term(term)
    return position is not None and position < vocabulary.fitted_terms


def knows(vocabulary: Vocabulary, analyzer: Analyzer, text: str) -> bool:
    """Whether every word of a text is a term."""
    return all(vocabulary.find_term(stem) is not None for stem in analyzer.stems(text))
