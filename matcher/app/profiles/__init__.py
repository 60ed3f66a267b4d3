"""Profiles of institutes: shown and checked, proposed from files, edited with a history."""
