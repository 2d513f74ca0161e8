"""Folders that are made once, shared between processes, and pruned."""
