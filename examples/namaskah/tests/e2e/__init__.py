"""Journeys through the front end in a real browser, on the running application."""
