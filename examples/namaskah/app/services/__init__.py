"""The rules of the business, each in its own transactions."""
