"""Scoring calls against skill profiles: fit an index, save it, query it, explain what came out."""
