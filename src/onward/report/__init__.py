"""Documents as text: pure functions, one file per format."""
