"""One step from its environment to its sealed evidence."""
