"""The table of reports that can be asked for by name; apart, so that a run without reports imports none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from onward.model.document import Document
from onward.report import github, html, json, junit, sarif
from onward.report.context import ReportContext

Report = Callable[[Document, ReportContext], str]

FORMATS: Mapping[str, Report] = MappingProxyType(
    {
        "json": lambda document, _: json.render(document),
        "junit": lambda document, _: junit.render(document),
        "sarif": sarif.render,
        "html": html.render,
        "github": github.render,
    }
)
