"""Load on the running application."""
