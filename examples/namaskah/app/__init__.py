"""Namaskah: phone numbers for SMS verification, paid from a prepaid wallet."""

__version__ = "2.0.0"
