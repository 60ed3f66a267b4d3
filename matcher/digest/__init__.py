"""What one subscriber gets on one day: composed (pure), rendered as a mail, queued in the outbox, delivered."""
