"""Organisations that won together: partners for a call, its predecessors, bids of several institutes and their gaps."""
