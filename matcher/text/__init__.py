"""Words: folding, tokens, stems, stop words, and the EU boilerplate that says nothing about a call."""
