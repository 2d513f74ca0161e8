"""What `onward plan` says of steps that a machine cannot run."""

from __future__ import annotations

import json

import pytest

from kit import values
from onward.model.need import DOCKER
from onward.model.pipeline import Profile
from onward.model.plan import Machine
from onward.plan.build import build_plan
from onward.plan.candidates import candidates
from onward.plan.select import Request
from onward.report.plan import as_json, as_text

NOBODY = Machine(system="linux", machine="x86_64", cpus=2)


@pytest.mark.parametrize(
    ("profile", "named", "word"),
    [
        (Profile.FULL, (), "not run"),
        (Profile.CI, (), "unverified"),
        (Profile.FULL, ("scan",), "unverified"),
    ],
)
def test_what_is_absent_is_said_as_it_will_be_judged(profile: Profile, named: tuple[str, ...], word: str) -> None:
    gate = values.gate("scan", values.check("image", needs=(DOCKER,)))
    project = values.project()
    request = Request(profile=profile, named=named)
    found = candidates((gate,), values.pipeline((gate,)), project, request=request)
    plan = build_plan(found, project, NOBODY, request=request)
    assert f"  scan/image: {word}, docker:docker was not probed" in as_text(plan, project)
    (step,) = json.loads(as_json(plan, project))["steps"]
    assert (step["required"], step["skipped"]) == (word == "unverified", "docker:docker was not probed")
