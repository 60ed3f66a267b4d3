"""What is kept: calls with versions and changes, runs, the outbox; SQLite embedded, PostgreSQL by URL."""
