"""What comes in: calls of the portal with their texts, projects of CORDIS, what is renewed week by week."""
