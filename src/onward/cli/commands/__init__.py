"""One command a file; each exposes `command`."""
