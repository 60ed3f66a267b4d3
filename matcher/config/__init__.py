"""What people edit, and every mistake in it at once."""
