"""`onward plan`: what would run, and why."""

from __future__ import annotations

import click

from onward.cli import options


@click.command(epilog="Example: onward plan --profile quick --changed")
@options.selection
@options.output_format
def command(
    *,
    gates: tuple[str, ...],
    profile: str | None,
    base: str | None,
    changed: bool,
    jobs: int | None,
    offline: bool,
    format_: str,
) -> None:
    """Show the steps in order, what each waits for, and why others are left out.

    No code of the project is executed. git is asked about the repository, and the machine for what the steps would need:
    interpreters and programs say their versions, Docker whether it has an image, npm and advisory services whether they
    answer.
    """
    from onward import flow  # noqa: PLC0415
    from onward.cli import run_request  # noqa: PLC0415
    from onward.report import plan as report  # noqa: PLC0415

    asked = run_request.request(gates=gates, profile=profile, base=base, changed=changed, jobs=jobs, offline=offline)
    prepared = flow.prepare(asked)
    render = report.as_json if format_ == "json" else report.as_text
    click.echo(render(prepared.plan, prepared.project), nl=False)
