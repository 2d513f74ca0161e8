"""Interpreters and the project's Python environments."""
