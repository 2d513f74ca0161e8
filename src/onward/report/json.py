"""The document as JSON: the public contract."""

from __future__ import annotations

import msgspec

from onward.model.document import NO_ANNEX, Annex, Document


def render(document: Document, annex: Annex = NO_ANNEX) -> str:  # noqa: ARG001  # every report has this shape
    """Return the document as indented JSON with a final line feed."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
