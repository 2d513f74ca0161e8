"""Pinned tools from the package registries, the PATH, or built from source."""
