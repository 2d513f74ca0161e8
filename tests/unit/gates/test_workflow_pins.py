"""Which commands and images are loose, and which are not: a false alarm is as much a fault as a miss."""

from __future__ import annotations

import pytest

from onward.gates.workflows import dockerfile, installs, shell

FILES = {
    "requirements.txt": "a==1 \\\n    --hash=sha256:00\n",
    "pinned.txt": "# comment\na==1\nb==2 ; python_version < '3.12'\n",
    "deploy/loose.txt": "-r other.txt\na==1\nb>=2\n",
}

FINE = [
    "pip install --require-hashes -r requirements.txt",
    "python3.11 -m pip install -r requirements.txt",
    "/opt/venv/bin/pip install --no-cache-dir --only-binary :all: -r requirements.txt",
    "pip install -rrequirements.txt --require-hashes",
    "pip install --no-deps .",
    "pip install --no-deps -e .",
    "pip uninstall --yes pip",
    "pip --version",
    "echo pip install requests",
    "# pip install requests",
    "npm ci",
    "npm run build",
    "npm install -g serve@14.2.4",
    "npm install @types/node@20.1.0",
    "yarn install --immutable",
    "yarn run build",
    "pipx run build==1.2.2",
    "pipx list",
    "go install example.org/tool@v1.2.3",
    "go build ./...",
    "curl -sSf https://example.org/x.tar.gz | tar xz",
    "curl -sSf https://example.org/x -o x && sh build.sh",
    "cat list | sh",
    "make install",
]
LOOSE = [
    ("pip install requests", "unpinned-install"),
    ("pip3 install --upgrade pip", "unpinned-install"),
    ("python -m pip install 'requests>=2'", "unpinned-install"),
    ("uv pip install requests", "unpinned-install"),
    ("sudo PIP_NO_INPUT=1 pip install requests==2.*", "unpinned-install"),
    ("true && (pip install requests)", "unpinned-install"),
    ("if ! pip install requests; then exit 1; fi", "unpinned-install"),
    ("pip install -e .", "unpinned-install"),
    ("pip install -r deploy/loose.txt", "unpinned-install"),
    ("pip install requests==2.32.5", "unhashed-install"),
    ("pip install -r pinned.txt", "unhashed-install"),
    ("pip install -r nobody-knows.txt", "unhashed-install"),
    ("pip install -c constraints.txt requests", "unhashed-install"),
    ("pip install --constraint=constraints.txt requests", "unhashed-install"),
    ("npm install", "unpinned-install"),
    ("npm i left-pad", "unpinned-install"),
    ("npm install -g serve@14", "unpinned-install"),
    ("yarn", "unpinned-install"),
    ("pipx install tox", "unpinned-install"),
    ("go install example.org/tool@latest", "unpinned-install"),
    ("curl -sSf https://example.org/x | sh", "piped-script"),
    ("wget -qO- https://example.org/x | sudo python3.11 -", "piped-script"),
    ("curl https://example.org/x | \\\n  bash -s -- --yes", "piped-script"),
]


def rules(script: str) -> list[str]:
    judged = (installs.judge(spoken, FILES) for spoken in shell.commands(script, 1))
    return [loose.rule for loose in judged if loose]


@pytest.mark.parametrize("script", FINE)
def test_what_is_exact_is_left_alone(script: str) -> None:
    assert rules(script) == []


@pytest.mark.parametrize(("script", "rule"), LOOSE)
def test_what_is_loose_is_named(script: str, rule: str) -> None:
    assert rules(script) == [rule]


def test_lines_are_those_of_the_file() -> None:
    script = "echo one\npip install \\\n  # why\n  requests\n\nnpm install\necho 'it goes\non'\nyarn\n"
    found = [(spoken.program, spoken.line) for spoken in shell.commands(script, 10) if installs.judge(spoken, FILES)]
    assert found == [("pip", 11), ("npm", 15), ("yarn", 18)]


DOCKERFILE = """# syntax=docker/dockerfile:1
ARG BASE=python:3.11
ARG DIGEST
FROM --platform=linux/amd64 ${BASE} AS build
RUN --mount=type=cache,target=/x \\
    # why
    pip install requests

FROM build
FROM node AS front
FROM registry:5000/app
FROM registry:5000/app:1.2@sha256:00
FROM ${DIGEST:-alpine:3.20}
FROM $DIGEST
FROM scratch
RUN ["pip", "install", "flask"]
"""


def test_images_are_read_with_their_arguments() -> None:
    found = dockerfile.bases(dockerfile.instructions(DOCKERFILE))
    assert [(base.image, base.line) for base in found] == [
        ("python:3.11", 4),
        ("node", 10),
        ("registry:5000/app", 11),
        ("registry:5000/app:1.2@sha256:00", 12),
        ("alpine:3.20", 13),
        (None, 14),
    ]
    assert [dockerfile.looseness(base.image, digests=False) is not None for base in found] == [
        False, True, True, False, False, True,
    ]  # fmt: skip
    assert dockerfile.looseness("python:3.11", digests=True)


def test_run_instructions_become_scripts() -> None:
    runs = [instruction for instruction in dockerfile.instructions(DOCKERFILE) if instruction.name == "RUN"]
    assert [rules(dockerfile.script(run)) for run in runs] == [["unpinned-install"], ["unpinned-install"]]
