"""`onward show`: a recorded run again, in any format."""

from __future__ import annotations

import click

from onward.cli import options


@click.command(epilog="Example: onward show latest --report html=report.html")
@click.argument("run", default="latest", metavar="[RUN]")
@click.option("--list", "list_", is_flag=True, help="List the newest runs of this project instead.")
@click.option("--report", "reports", multiple=True, metavar="KIND=PATH", help="Also write a report; may be repeated.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the document instead.")
@options.output_format
def command(*, run: str, list_: bool, reports: tuple[str, ...], schema: bool, format_: str) -> None:
    """Replay a recorded run: RUN is an id, the beginning of one, or latest (of the current project).

    The exit code is 0 if the run can be read, whatever its verdict; `onward judge RUN` returns the verdict's code.
    """
    from onward.cli import replay  # noqa: PLC0415  # only what this command needs, only when it is called

    if schema:
        from onward.report import json  # noqa: PLC0415  # as above

        click.echo(json.schema(), nl=False)
        return
    if list_:
        replay.list_runs(format_)
        return
    replay.show(run, reports=reports, format_=format_)
