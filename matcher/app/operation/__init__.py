"""The daily job from end to end, and what tells an operator that it is well."""
