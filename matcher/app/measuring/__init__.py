"""What the network's own decisions and won projects say of the ranking, as judgements and wins that it is measured
by.
"""
