"""Text into the definition: every key once, every mistake at once, every origin kept."""

from pawl.config.definition import load

__all__ = ["load"]
