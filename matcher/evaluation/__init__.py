"""How good is the ranking: benchmark folders, baselines, metrics with their uncertainty, TREC runs."""
