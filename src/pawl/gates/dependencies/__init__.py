"""Dependencies: what is deployed holds no known vulnerability."""

from __future__ import annotations

from pathlib import Path

from pawl.gates.dependencies.defects import DEFECTS
from pawl.gates.dependencies.read import MAX_AGE, read
from pawl.model.finding import Severity
from pawl.model.gate import (
    Check,
    CheckContext,
    Command,
    EnvironmentUse,
    Gate,
    Keep,
    Matrix,
    Need,
    Purpose,
)
from pawl.model.pipeline import Kind, Option, Profile
from pawl.model.toolbox import PIP_AUDIT

CONTROL_PACKAGE = "jinja2==2.4"


def audit(requirements: str, result: str, purpose: Purpose = Purpose.RUN) -> Command:
    """Return the pip-audit call over pinned `requirements`; it exits with 1 for findings and for failures alike."""
    argv = (
        "{tool:pip-audit}", "-r", requirements, "--no-deps", "--disable-pip", "--progress-spinner", "off",
        "--cache-dir", "{scratch}/cache", "-s", "osv", "--osv-url", "{advisories.url}/v1/query",
        "-f", "json", "-o", "{out}/" + result,
    )  # fmt: skip
    return Command(argv=argv, accepts=(0, 1), cwd="{scratch}", writes=(result,), purpose=purpose)


def commands(_: CheckContext) -> tuple[Command, ...]:
    """List what is deployed, show that the source of advisories knows something, audit, and ask for severities."""
    listing = ("{python}", "{guest}/list_installed.py", "{out}")
    control = ("{pawl}", "-c", f"open('control.txt', 'w').write('{CONTROL_PACKAGE}\\n')")
    asking = ("{pawl}", "{guest}/ask_advisories.py", "{advisories.url}", "{out}")
    return (
        Command(argv=listing, writes=("installed.json",)),
        Command(argv=control, cwd="{scratch}", purpose=Purpose.CONTROL),
        audit("control.txt", "control.json", Purpose.CONTROL),
        audit("{out}/requirements.txt", "audit.json"),
        Command(argv=asking, cwd="{scratch}", writes=("advisories.json",), purpose=Purpose.CONVERT),
    )


GATE = Gate(
    id="dependencies",
    title="Dependencies",
    blurb="every dependency of what is deployed, against known vulnerabilities",
    room=Path(__file__).parent,
    checks=(
        Check(
            id="pip-audit",
            tools=(PIP_AUDIT,),
            commands=commands,
            read=read,
            matrix=Matrix.DEPLOYED,
            environment=EnvironmentUse(deployed=True),
            services=("advisories",),
            needs=(Need(kind="advisories", name="PyPI"),),
            keeps=(
                Keep(kind="dependencies-report", path="audit.json", media_type="application/json"),
                Keep(kind="dependencies-list", path="requirements.txt", media_type="text/plain"),
            ),
        ),
    ),
    defects=DEFECTS,
    options=(
        Option(
            name=MAX_AGE,
            kind=Kind.DURATION,
            default=30 * 86_400.0,
            meaning="how old imported advisories may be before nothing can be concluded from them",
            minimum=1.0,
        ),
    ),
    profiles=(Profile.FULL, Profile.CI),
    block=Severity.LOW,
)
