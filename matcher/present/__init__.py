"""Facts in words, JSON and frame shapes, templates and catalogues: what is shown, wherever it is shown."""
