"""The way in for projects: CORDIS's dumps, their tables and values; on `http`, never the store."""
