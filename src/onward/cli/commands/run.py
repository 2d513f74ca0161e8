"""`onward run`: plan, run, judge and record the pipeline."""

from __future__ import annotations

import click

from onward.cli import options


@click.command(epilog="Example: onward run lint types --report sarif=build/onward.sarif")
@options.selection
@options.output_format
@click.option("--report", "reports", multiple=True, metavar="KIND=PATH", help="Also write a report; may be repeated.")
def command(
    *,
    gates: tuple[str, ...],
    profile: str | None,
    base: str | None,
    changed: bool,
    jobs: int | None,
    offline: bool,
    format_: str,
    reports: tuple[str, ...],
) -> int:
    """Run the pipeline, or only the named gates and the gates whose results they use.

    Exit codes: 0 everything passed, 1 a gate failed, 2 usage or configuration, 3 something is unverified, 4 a bug in
    onward, 130 interrupted. KIND is json, junit, sarif, html or github.
    """
    from onward.cli import reporting, run_request, running  # noqa: PLC0415

    wanted = reporting.parse(reports)
    order = run_request.request(gates=gates, profile=profile, base=base, changed=changed, jobs=jobs, offline=offline)
    return running.run(order, wanted, as_json=format_ == "json")
