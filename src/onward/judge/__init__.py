"""Evidence and policy in, verdicts out: pure functions without clock or disk."""
