"""Which images the container gate builds, what is called after each, and what is said of those that nobody builds."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kit import values
from onward.gates.container import GATE, commands
from onward.gates.container.bases import needed
from onward.gates.container.images import Image, dockerfiles, images, mistake, not_built
from onward.model.facts import BuiltOn, Fact
from onward.model.finding import fingerprint
from onward.model.gate import Check, CheckContext, Outputs, ReadContext
from onward.model.measure import Limit
from onward.model.need import BaseImage
from onward.model.pipeline import OptionValue

BOTH = ("Dockerfile", "frontend/Dockerfile", "frontend/index.html", "app/a.py")


def context(*files: str, **options: OptionValue) -> CheckContext:
    settings = values.settings("container", options=options)
    return values.context("container", project=values.project(files=files or BOTH), settings=settings)


def made(*named: str, **options: OptionValue) -> tuple[Image, ...]:
    return images(context(images=named, **options).settings)


def test_one_image_is_called_as_ever() -> None:
    (only,) = images(context().settings)
    assert only == Image(dockerfile="Dockerfile", context=".")
    assert (only.scope, only.about("jinja2 2.4"), only.called("trivy.json")) == ("", "jinja2 2.4", "trivy.json")


@pytest.mark.parametrize(
    ("written", "dockerfile", "folder", "slug"),
    [
        ("frontend/Dockerfile", "frontend/Dockerfile", "frontend", "frontend"),
        ("./frontend/Dockerfile", "frontend/Dockerfile", "frontend", "frontend"),
        ("frontend/Dockerfile:.", "frontend/Dockerfile", ".", "frontend"),
        ("docker/web.Dockerfile:web/", "docker/web.Dockerfile", "web", "docker-web"),
        ("Dockerfile.worker", "Dockerfile.worker", ".", "worker"),
        ("worker.Dockerfile:", "worker.Dockerfile", ".", "worker"),
        ("Öl/Dockerfile", "Öl/Dockerfile", "Öl", "l"),
        (":frontend", ":frontend", "frontend", "frontend"),
    ],
)
def test_a_further_image_is_named_by_its_dockerfile(written: str, dockerfile: str, folder: str, slug: str) -> None:
    _, further = made(written)
    assert further == Image(dockerfile=dockerfile, context=folder, slug=slug)
    assert further.scope == dockerfile
    assert further.called("control.cdx.json") == f"control-{slug}.cdx.json"


def test_each_image_has_a_name_and_a_tag_of_its_own() -> None:
    named = ("a/b.Dockerfile", "a-b/Dockerfile", "a_b/Dockerfile", "ж/Dockerfile")
    assert [entry.slug for entry in made(*named)] == ["", "a-b", "a-b-2", "a-b-3", "image"]
    given = context(images=("frontend/Dockerfile",), image="registry.example.org/team/shop")
    tags = [commands.tag(given, image) for image in images(given.settings)]
    name = "registry.example.org/team/shop"
    assert tags == [f"{name}:{'a' * 12}", f"{name}-frontend:{'a' * 12}"]


def test_naming_the_first_image_once_more_makes_no_second() -> None:
    assert len(made("Dockerfile", "frontend/Dockerfile", "frontend/Dockerfile")) == 2


def test_every_image_has_the_limit_and_every_check_looks_at_each() -> None:
    given = context(images=("frontend/Dockerfile",), **{"max-size": 5})
    scopes = ("", "frontend/Dockerfile")
    assert GATE.limits(given.settings) == tuple(
        Limit(measure="container.size", value=5, scope=scope) for scope in scopes
    )
    for check in GATE.checks[1:]:
        written = {name for command in check.commands(given) for name in command.writes} - {"database.json"}
        assert {name.replace("-frontend", "") for name in written if "-frontend" in name} == {
            name for name in written if "-frontend" not in name
        }
    labels = [command.argv.count("{image.mark}") for command in commands.build(given)]
    assert labels == [1, 1]
    kept = replace(given, settings=replace(given.settings, options={**given.settings.options, "keep": True}))
    assert all("{image.mark}" not in command.argv for command in commands.build(kept))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"images": ("frontend/Dockerfil",)}, "frontend/Dockerfil not found in the project"),
        ({"images": ("frontend",)}, "did you mean frontend/Dockerfile"),
        ({"images": ("frontend/Dockerfile:../web",)}, "build context ../web of frontend/Dockerfile"),
        ({"images": ("frontend/Dockerfile:/etc",)}, "build context /etc"),
        ({"images": ("Dockerfile:app",)}, "has several build contexts (., app)"),
        ({"dockerfile": "gone/Dockerfile"}, "gone/Dockerfile not found in the project"),
        ({"context": "gone"}, "build context gone"),
    ],
)
def test_an_image_that_cannot_be_meant_is_said_and_not_left_out(options: dict[str, OptionValue], text: str) -> None:
    given = context(**options)
    wrong = [image for image in images(given.settings) if mistake(image, given)]
    assert wrong
    built = len(images(given.settings)) - len(wrong)
    assert len(commands.build(given)) == built
    good = b'{"built": true, "id": "1", "tag": "t", "engine": "e", "builder": "b"}'
    files = {name: good for command in commands.build(given) for name in command.writes}
    reading = GATE.checks[1].read(Outputs(files=files, exits=()), ReadContext(check=given, tree="/t"))
    assert {problem.code for problem in reading.problems} == {"wrong-image"}
    assert text in reading.problems[0].text
    assert [(entry.count, entry.expected) for entry in reading.looked_at] == [(built, built + len(wrong))]


@pytest.mark.parametrize(
    ("written", "arguments", "image"),
    [
        ("python:3.11", (), "python:3.11"),
        ("${BASE:-python:3.11}", (), "python:3.11"),
        ("${BASE:-python:3.11}", ("BASE=mine:1", "OTHER=x"), "mine:1"),
        ("python:${V:-3.11}-${KIND:-slim}", ("V=3.13",), "python:3.13-slim"),
        # only the build can know
        ("${BASE:-}", (), None),
        ("${BASE:-python:3.11}", ("BASE",), None),
    ],
)
def test_what_is_built_upon_is_needed(written: str, arguments: tuple[str, ...], image: str | None) -> None:
    given = context(**{"build-args": arguments})
    rows = (BuiltOn("Dockerfile", written), BuiltOn("frontend/Dockerfile", "node:20"))
    given = replace(given, project=replace(given.project, facts=(Fact(name="base-images", value=rows),)))
    assert needed(given) == ((BaseImage(image),) if image else ())
    both = replace(given, settings=replace(given.settings, options={**given.settings.options, "images": (BOTH[1],)}))
    assert BaseImage("node:20") in needed(both)
    assert all(needed in check.needs for check in GATE.checks[1:])


def sample(check: str, *, further: str) -> Outputs:
    """Return the outputs of a dirty sample, once for the first image and once more for a further one."""
    files = {path.name: path.read_bytes() for path in (GATE.folder / "samples" / f"dirty-{check}").iterdir()}
    return Outputs(
        files={**files, **{name.replace(".", f"-{further}.", 1): data for name, data in files.items()}}, exits=()
    )


@pytest.mark.parametrize("check", GATE.checks[2:], ids=lambda check: check.id)
def test_the_same_fault_in_two_images_is_two_findings(check: Check) -> None:
    alone, both = context(), context(images=("frontend/Dockerfile",))
    outputs = sample(check.id, further="frontend")
    one, two = (check.read(outputs, ReadContext(check=each, tree="/t")) for each in (alone, both))
    count = len(one.findings)
    assert two.findings[:count] == one.findings
    assert [finding.place.path for finding in two.findings] == ["Dockerfile"] * count + ["frontend/Dockerfile"] * count
    prints = {fingerprint("container", finding) for finding in two.findings}
    assert len(prints) == 2 * len({fingerprint("container", finding) for finding in one.findings})
    # what a database says of itself is said once, what an image says once an image
    assert [measure for measure in two.measures if measure.scope != "frontend/Dockerfile"] == list(one.measures)
    assert two.notes == one.notes


def test_an_image_without_anything_to_look_at_is_not_made_up_for_by_another() -> None:
    trivy = next(check for check in GATE.checks if check.id == "trivy")
    outputs = sample("trivy", further="frontend")
    empty = json.dumps({**json.loads(outputs.text("trivy.json")), "Results": []}).encode()
    outputs = replace(outputs, files={**outputs.files, "trivy-frontend.json": empty})
    given = context(images=("frontend/Dockerfile",))
    looked = trivy.read(outputs, ReadContext(check=given, tree="/t")).looked_at
    assert [(entry.count >= (entry.expected or 0)) for entry in looked] == [True, False]


def test_further_images_need_a_first_one() -> None:
    given = context("web/Dockerfile", "api/Dockerfile", images=("web/Dockerfile",))
    assert GATE.checks[1].applies(given).yes
    assert "`dockerfile` sets the first image" in mistake(images(given.settings)[0], given)
    named = context("web/Dockerfile", "api/Dockerfile", images=("web/Dockerfile",), dockerfile="api/Dockerfile")
    assert [mistake(image, named) for image in images(named.settings)] == ["", ""]


def test_a_dockerfile_that_is_gone_is_missed_without_an_engine_too() -> None:
    given = context(images=("gone/Dockerfile",))
    control = (
        b'[{"code": "DL1000", "file": "/scratch/control", "level": "error", "message": "", "line": 1, "column": 1}]'
    )
    outputs = Outputs(files={"hadolint.json": control}, exits=(0, 1))
    reading = GATE.checks[0].read(outputs, ReadContext(check=given, tree="/t"))
    assert [problem.code for problem in reading.problems] == ["no-dockerfile"]


def test_what_nobody_builds_is_noted() -> None:
    outputs = sample("build", further="frontend")
    for named, noted in ((), True), (("frontend/Dockerfile",), False):
        reading = GATE.checks[1].read(outputs, ReadContext(check=context(images=named), tree="/t"))
        assert any("frontend/Dockerfile" in note for note in reading.notes) is noted
    assert not_built(context(images=("frontend/Dockerfile",))) == ()
    (note,) = not_built(context())
    assert "frontend/Dockerfile" in note
    (note,) = not_built(
        context(*BOTH, "web.Dockerfile", "Dockerfile.dockerignore", *(f"{n}/Dockerfile" for n in "abcdef"))
    )
    assert "web.Dockerfile" in note
    assert "dockerignore" not in note
    assert "and 3 more" in note
    # nothing at all is built here
    assert "frontend/Dockerfile" in not_built(context("frontend/Dockerfile"))[0]


def test_hadolint_looks_at_every_dockerfile_whatever_it_is_called() -> None:
    given = context(*BOTH, "docker/api.docker", images=("docker/api.docker",))
    assert dockerfiles(given) == ("Dockerfile", "docker/api.docker", "frontend/Dockerfile")
