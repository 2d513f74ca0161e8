"""Read a lock file that is written as YAML, every scalar as text. For onward's own interpreter, which has ruamel.yaml."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


def documents(text: str) -> list[dict[str, Any]]:
    """Return the documents of `text`, each of which must be a mapping. Raises ValueError for what is not understood."""
    try:
        found = list(YAML(typ="base", pure=True).load_all(text))
    except YAMLError as error:
        raise ValueError(str(error)) from error
    if not found or not all(isinstance(entry, dict) for entry in found):
        raise ValueError("the lock file is not a mapping")
    return found
