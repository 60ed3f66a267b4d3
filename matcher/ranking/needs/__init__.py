"""What calls are scored for, profiles and typed texts, and how like each of their skills is to a call."""
