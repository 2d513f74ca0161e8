"""Runs as directories of events and artifacts: the truth that everything else is derived from."""
