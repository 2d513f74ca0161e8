"""Starting programs, watching them, and ending them with everything they started."""
