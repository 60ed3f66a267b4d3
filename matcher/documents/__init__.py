"""What people have as files, as text: recognised by content, read within bounds."""
