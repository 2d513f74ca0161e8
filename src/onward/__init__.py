"""onward: CI/CD that only moves forward."""

__version__ = "0.1.0"
