from __future__ import annotations

import pytest

from onward.errors import ReadError
from onward.workflow import read

TEXT = """name: Release
on:
  push:
jobs:
  release:
    container: {image: "python:3.12"}
    services:
      database:
        image: postgres:15
      cache: redis:7
    steps:
      - name: One
        uses: actions/checkout@v4
      - run: |
          first
          second
        shell: bash
      - run: third
  called:
    uses: owner/repo/.github/workflows/one.yml@main
"""


def test_everything_knows_its_line() -> None:
    release, called = read.workflow(TEXT, "w.yml").jobs
    assert (release.id, release.line) == ("release", 5)
    assert [(image.value, image.line) for image in release.images] == [
        ("python:3.12", 6),
        ("postgres:15", 9),
        ("redis:7", 10),
    ]
    one, two, three = release.steps
    assert one.uses is not None
    assert (one.uses.value, one.uses.line) == ("actions/checkout@v4", 13)
    assert two.run is not None
    assert (two.run.value, two.run.line, two.shell) == ("first\nsecond\n", 15, "bash")
    assert three.run is not None
    assert (three.run.value, three.run.line) == ("third", 18)
    assert called.uses is not None
    assert called.uses.line == 20


def test_a_composite_action_is_one_job() -> None:
    text = "name: A\nruns:\n  using: composite\n  steps:\n    - run: make\n      shell: bash\n"
    (job,) = read.workflow(text, "action.yml").jobs
    assert (job.id, job.line, len(job.steps)) == ("runs", 2, 1)


@pytest.mark.parametrize(
    ("text", "line"), [("jobs: [", 1), ("a: b\n  c: d\n", 2), ("[]", None), ("", None), ("on: push\n", None)]
)
def test_what_is_no_workflow_is_refused(text: str, line: int | None) -> None:
    with pytest.raises(ReadError) as caught:
        read.workflow(text, "w.yml")
    place = read.error_place(caught.value, "w.yml")
    assert (place.path, place.line) == ("w.yml", line)


@pytest.mark.parametrize(
    "body", ["release: 3", "release: {steps: 3}", "release: {steps: [3]}", "release: {services: 3}"]
)
def test_odd_shapes_hold_nothing(body: str) -> None:
    (job,) = read.workflow(f"jobs:\n  {body}\n", "w.yml").jobs
    assert (job.steps, job.images) == ((), ())
