"""Words: folding, tokens, stems, stop words, and French technical terms in English."""
