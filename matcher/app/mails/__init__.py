"""The mails of a day: gathered, queued, delivered, and answered by a click."""
