"""GitHub workflow text as a typed model with positions."""
