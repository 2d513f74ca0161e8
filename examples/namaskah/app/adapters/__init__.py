"""The outside world: database, Redis, SMS provider, password hashing."""
