"""What is due, the loop that does it, and its metrics."""
