"""Text into the definition: every key once, every mistake at once, every origin kept."""
