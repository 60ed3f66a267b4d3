"""Words: folding, tokens, stems, French technical terms in English; what of a text may be shown, and what must not."""
