"""Validate a published OpenAPI document and write every error as JSON.

Exit 0: validation.json is complete, whatever it says. Exit 3: the document cannot be looked at.
"""

from __future__ import annotations

import argparse
import copy
import pathlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Dict, List

from openapi_spec_validator import OpenAPIV30SpecValidator  # type: ignore[import-not-found]  # the tool's own
from openapi_spec_validator.shortcuts import get_validator_cls  # type: ignore[import-not-found]

from .....guest.write_shape import write_shape
from ...shapes import Invalid, Validation
from ..openapi_document import LookError, operations, published

_SOUND = {"openapi": "3.0.3", "info": {"title": "control", "version": "1"}, "paths": {}}


def main() -> int:
    """Validate and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--specification", "--out"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    try:
        found = validate(options.specification)
    except LookError as error:
        print(error, file=sys.stderr)
        return 3
    write_shape(Path(options.out, "validation.json"), found, indent=1)
    return 0


def validate(path: str) -> Validation:
    """Return what the validator says of the document, and whether it found the fault of a control."""
    document = published(path)
    return Validation(
        version=str(document.get("openapi") or document.get("swagger")),
        operations=len(list(operations(document))),
        control=len(list(_control())),
        errors=tuple(errors_in(document, path)),
    )


def errors_in(document: Dict[str, Any], path: str) -> List[Invalid]:
    """Return each error with its place in the document; one that stops the validator is an error as well."""
    try:
        validator = get_validator_cls(document)(document, base_uri=pathlib.Path(path).resolve().as_uri())
        found = list(validator.iter_errors())
    except Exception as error:
        # The validator presumes a shape that its own schema has not confirmed yet, and stops where it is missing.
        return [Invalid("", f"{type(error).__name__}: {error}", "unreadable")]
    return [_entry(error) for error in found]


def _entry(error: object) -> Invalid:
    place = "/".join(str(part) for part in getattr(error, "absolute_path", ()))
    message = str(getattr(error, "message", "") or error).splitlines()[0][:500]
    return Invalid(place, message, str(getattr(error, "validator", "") or type(error).__name__))


def _control() -> Iterator[object]:
    """Yield the errors of a document that is known to be wrong."""
    wrong = copy.deepcopy(_SOUND)
    del wrong["info"]
    yield from OpenAPIV30SpecValidator(wrong).iter_errors()


if __name__ == "__main__":
    sys.exit(main())
