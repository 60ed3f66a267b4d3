"""What institutes decide on calls: deciding, undoing, reading a file of decisions, forgetting a person, what a list
learns.
"""
