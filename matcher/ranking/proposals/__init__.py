"""What a profile may change: verdicts on its skills, terms that projects and decisions suggest, a first draft from
files.
"""
