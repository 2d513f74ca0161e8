"""The table of reports that can be asked for by name; apart, so that a run without reports imports none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from onward.model.document import Annex, Document
from onward.report import github, html, json, junit, sarif

Report = Callable[[Document, Annex], str]

FORMATS: Mapping[str, Report] = MappingProxyType(
    {
        "json": json.render,
        "junit": junit.render,
        "sarif": sarif.render,
        "html": html.render,
        "github": github.render,
    }
)
