"""Questions that read, work that writes."""
