"""Formats that several tools share: bytes in, findings and counts out."""
