"""Faults of an image to plant: each lets it build, and each must be found by looking at the image or its Dockerfile."""

from __future__ import annotations

import hashlib
import re
from functools import partial

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline

_OLD = "Metadata-Version: 2.1\\nName: jinja2\\nVersion: 2.11.2\\n"
_VULNERABLE = f"""
USER 0
RUN mkdir -p /opt/old/site-packages/jinja2-2.11.2.dist-info \\
    && printf '{_OLD}' > /opt/old/site-packages/jinja2-2.11.2.dist-info/METADATA
USER 10001
"""
_USER = re.compile(r"(?m)^USER\s.*$")
_HEALTH = re.compile(r"(?m)^HEALTHCHECK\b.*(?:\\\n.*)*$")


def _path(pipeline: Pipeline) -> str:
    return pipeline.settings("container").text("dockerfile") or "Dockerfile"


def _rewritten(pipeline: Pipeline, text: str) -> tuple[Change, ...]:
    return (Change(edits=(Edit(path=_path(pipeline), text=text),)),)


def _text(tree: Tree, pipeline: Pipeline) -> str:
    return tree.text(_path(pipeline)) or ""


def plant_root(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Let the image run as whom its base image names."""
    return _rewritten(pipeline, _USER.sub("", _text(tree, pipeline)))


def plant_unhealthy(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Take the health check away."""
    return _rewritten(pipeline, _HEALTH.sub("", _text(tree, pipeline)))


def _append(lines: str, tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Add lines at the end of the Dockerfile."""
    return _rewritten(pipeline, _text(tree, pipeline).rstrip("\n") + lines)


def plant_secret(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Write a made-up token into one layer and delete it in the next; it is put together so that no file of onward holds it."""
    token = "gh" + "p_" + hashlib.sha256(b"layer").hexdigest()[:36]
    lines = f"""
USER 0
RUN printf 'ACCESS_TOKEN = "{token}"\\n' > /etc/onward_settings.py
RUN rm /etc/onward_settings.py
USER 10001
"""
    return _append(lines, tree, pipeline)


# a user whose name is not root and whose number is 0
_RENAMED_ROOT = "\nUSER 0\nRUN printf 'service:x:0:0::/:/bin/sh\\n' >> /etc/passwd\nUSER service\n"

DEFECTS = (
    Defect(id="root", title="an image that runs as root", check="image", rule="runs-as-root", plant=plant_root),
    Defect(
        id="renamed-root",
        title="an image that runs as root under another name",
        check="image",
        rule="runs-as-root",
        plant=partial(_append, _RENAMED_ROOT),
    ),
    Defect(
        id="unhealthy",
        title="an image without a health check",
        check="image",
        rule="no-healthcheck",
        plant=plant_unhealthy,
    ),
    Defect(
        id="vulnerable",
        title="a package with a known vulnerability in the image",
        check="trivy",
        rule="CVE-2024-56326",
        plant=partial(_append, _VULNERABLE),
    ),
    Defect(
        id="vulnerable-osv",
        title="a package with a known vulnerability in the image",
        check="osv-scanner",
        rule="CVE-2024-56326",
        plant=partial(_append, _VULNERABLE),
    ),
    Defect(
        id="workdir",
        title="a relative working directory",
        check="hadolint",
        rule="DL3000",
        plant=partial(_append, "\nWORKDIR somewhere\n"),
    ),
    Defect(
        id="deleted-secret",
        title="a token that one layer adds and the next one deletes",
        check="layers",
        rule="betterleaks.github-pat",
        plant=plant_secret,
    ),
)
