"""A stand-in for the SMS and payment providers, for development and tests."""
