"""Scores of calls for one need, the best of them in an order that covers it, and the evidence."""
