"""Questions that the index in use answers: lists, calls, searches, projects, partners, joint bids."""
