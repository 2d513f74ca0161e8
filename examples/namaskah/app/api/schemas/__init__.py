"""Documents that come in and go out."""
