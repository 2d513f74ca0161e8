"""Container: the image builds, runs as nobody in particular, and holds neither known vulnerabilities nor secrets."""

from __future__ import annotations

from pathlib import Path

from pawl.gates.container import layers, osv, trivy
from pawl.gates.container.defects import DEFECTS
from pawl.gates.container.read import dockerfiles, read_build, read_hadolint, read_image
from pawl.model.finding import Severity
from pawl.model.gate import Applies, Check, CheckContext, Command, Gate, Keep, Limit, Need, Purpose
from pawl.model.pipeline import GateSettings, Kind, Option, Profile
from pawl.model.toolbox import HADOLINT, KINGFISHER, OSV_SCANNER, TRIVY

IMAGE = "container-image"
_ENGINE = Need(kind="docker", name="docker")
_SAVED = "{scratch}/image.tar"
# faults that a Dockerfile cannot be forgiven by any usual configuration: one of them is enough to show that it was read
_FAULTY = "FROM debian:latest\\nWORKDIR relative\\nRUN sudo true\\nADD a /b\\nFROM\\n"
_LAYERS = "{scratch}/layers"


def dockerfile(context: CheckContext) -> str:
    """Return the Dockerfile that is built: the declared one, else the project's own."""
    return context.settings.text("dockerfile") or "Dockerfile"


def hadolint_commands(context: CheckContext) -> tuple[Command, ...]:
    """Look at every Dockerfile and at a faulty one beside them, in one call and by the same configuration."""
    control = ("{pawl}", "-c", f"open('control', 'w').write('{_FAULTY}')")
    argv = ("{tool:hadolint}", "--no-color", "--format", "json", "{scratch}/control", *dockerfiles(context))
    return (
        Command(argv=control, cwd="{scratch}", purpose=Purpose.CONTROL),
        Command(argv=argv, accepts=(0, 1), stdout="hadolint.json"),
    )


def tag(context: CheckContext) -> str:
    """Return the name under which the image is built: it carries the commit."""
    name = context.settings.text("image") or f"pawl/{context.pipeline.name.lower()}"
    return f"{name}:{(context.project.revision.head or 'uncommitted')[:12]}"


def build_commands(context: CheckContext) -> tuple[Command, ...]:
    """Build the image; unless it is to be kept, it carries the mark by which it is removed after the run."""
    settings, commit = context.settings, context.project.revision.head or "uncommitted"
    labels = ("{image.run}",) if settings.flag("keep") else ("{image.run}", "{image.mark}")
    arguments = tuple(one.replace("{commit}", commit) for one in settings.texts("build-args"))
    network = ("--network", settings.text("network")) if settings.text("network") else ()
    argv = (
        "{pawl}", "{guest}/build_image.py", "--context", settings.text("context") or ".",
        "--file", dockerfile(context), "--tag", tag(context), "--out", "{out}/image.json", *network,
        *(word for label in labels for word in ("--label", label)),
        *(word for argument in arguments for word in ("--build-arg", argument)),
    )  # fmt: skip
    return (Command(argv=argv, writes=("image.json",)),)


def image_commands(_: CheckContext) -> tuple[Command, ...]:
    """Ask the engine what the image says of itself."""
    labels = ("--label", "{image.run}", "--label", "{image.mark}")
    argv = ("{pawl}", "{guest}/inspect_image.py", "--inputs", "{inputs}", *labels, "--out", "{out}/inspect.json")
    return (Command(argv=argv, writes=("inspect.json",)),)


def layers_commands(_: CheckContext) -> tuple[Command, ...]:
    """Lay out the layers with a canary in each, search them, and mark what was found."""
    unpack = ("{pawl}", "{guest}/open_layers.py", "--inputs", "{inputs}", "--archive", _SAVED, "--folder", _LAYERS)
    search = (
        "{tool:kingfisher}", "scan", "--no-validate", "--no-update-check", "--redact", "--no-dedup",
        "--git-history", "none", "--jobs", "{jobs}", "--format", "json", "--output", "{out}/found.json", ".",
    )  # fmt: skip
    mark = ("{pawl}", "{guest}/mark_secrets.py", "--tree", _LAYERS, "--out", "{out}/secrets.json", "{out}/found.json")
    rules = (("KF_RULE_CACHE_DIR", "{tool:kingfisher}-rules"),)
    return (
        Command(argv=(*unpack, "--out", "{out}/layers.json"), writes=("layers.json",), purpose=Purpose.CONTROL),
        Command(argv=search, cwd=_LAYERS, env=rules, accepts=(0, 200, 205), writes=("found.json",)),
        Command(argv=mark, writes=("secrets.json",), purpose=Purpose.CONVERT),
    )


def trivy_commands(_: CheckContext) -> tuple[Command, ...]:
    """Scan the image, then show that the very same database knows something of every kind of package in it."""
    database = ("{pawl}", "{guest}/trivy_database.py", "--trivy", "{tool:trivy}", "--folder", "{trivy.folder}")
    make = ("{pawl}", "{guest}/trivy_control.py", "{out}/trivy.json", "{out}/control.cdx.json")
    convert = ("{tool:trivy}", "convert", "--format", "sarif", "--output", "{out}/trivy.sarif", "{out}/trivy.json")
    age = (*database, "--source", "{trivy.source}", "--out", "{out}/database.json")
    return (
        Command(argv=age, writes=("database.json",)),
        Command(argv=("{pawl}", "{guest}/docker_engine.py", "{inputs}", _SAVED)),
        Command(argv=(*trivy.argv("image", "trivy.json"), "--input", _SAVED), writes=("trivy.json",)),
        Command(argv=make, purpose=Purpose.CONTROL),
        Command(
            argv=(*trivy.argv("sbom", "control.json"), "{out}/control.cdx.json"),
            writes=("control.json",),
            purpose=Purpose.CONTROL,
        ),
        Command(argv=convert, purpose=Purpose.CONVERT),
    )


def osv_commands(_: CheckContext) -> tuple[Command, ...]:
    """List the packages of the image, and match each ecosystem beside a package that is known to be vulnerable."""
    argv = (
        "{pawl}", "{guest}/scan_osv.py", "--scanner", "{tool:osv-scanner}", "--archive", _SAVED,
        "--folder", "{osv.folder}", "--source", "{osv.source}", "--scratch", "{scratch}", "--out", "{out}/osv.json",
    )  # fmt: skip
    save = Command(argv=("{pawl}", "{guest}/docker_engine.py", "{inputs}", _SAVED))
    return (save, Command(argv=argv, writes=("osv.json",)))


def _has_dockerfile(context: CheckContext) -> Applies:
    there = bool(dockerfiles(context))
    return Applies(yes=there, why="" if there else "the project has no Dockerfile")


def _is_built(context: CheckContext) -> Applies:
    name = dockerfile(context)
    # a Dockerfile that policy names and that is gone must not take the gate with it
    there = name in context.project.files or bool(context.settings.text("dockerfile"))
    return Applies(yes=there, why="" if there else f"the project has no {name}")


def _scans_with(name: str, context: CheckContext) -> Applies:
    chosen = context.settings.texts("scanners") or ("trivy",)
    if name not in chosen:
        return Applies(yes=False, why=f"policy scans with {', '.join(chosen)}")
    return _is_built(context)


def limits(settings: GateSettings) -> tuple[Limit, ...]:
    """Return the largest size that policy allows."""
    largest = settings.number("max-size")
    return () if largest is None else (Limit(measure="container.size", value=largest),)


_JSON = "application/json"

GATE = Gate(
    id="container",
    title="Container",
    blurb="the image builds, does not run as root, and holds no known vulnerability and no secret",
    room=Path(__file__).parent,
    checks=(
        Check(
            id="hadolint",
            commands=hadolint_commands,
            read=read_hadolint,
            tools=(HADOLINT,),
            applies=_has_dockerfile,
            keeps=(Keep(kind="container-report", path="hadolint.json", media_type=_JSON),),
        ),
        Check(
            id="build",
            commands=build_commands,
            read=read_build,
            applies=_is_built,
            needs=(_ENGINE, Need(kind="network", name="registries")),
            keeps=(Keep(kind=IMAGE, path="image.json", media_type=_JSON),),
        ),
        Check(
            id="image",
            commands=image_commands,
            read=read_image,
            applies=_is_built,
            needs=(_ENGINE,),
            consumes=(IMAGE,),
            keeps=(Keep(kind="container-report", path="inspect.json", media_type=_JSON),),
        ),
        Check(
            id="layers",
            commands=layers_commands,
            read=layers.read,
            tools=(KINGFISHER,),
            applies=_is_built,
            needs=(_ENGINE,),
            consumes=(IMAGE,),
            keeps=(Keep(kind="secrets-report", path="secrets.json", media_type=_JSON),),
            cpus=0,
        ),
        Check(
            id="trivy",
            commands=trivy_commands,
            read=trivy.read,
            tools=(TRIVY,),
            applies=lambda context: _scans_with("trivy", context),
            services=("trivy-database",),
            needs=(_ENGINE, Need(kind="program", name="trivy"), Need(kind="advisories", name="trivy")),
            consumes=(IMAGE,),
            keeps=(
                Keep(kind="container-report", path="trivy.json", media_type=_JSON),
                Keep(kind="sarif", path="trivy.sarif", media_type="application/sarif+json"),
            ),
        ),
        Check(
            id="osv-scanner",
            commands=osv_commands,
            read=osv.read,
            tools=(OSV_SCANNER,),
            applies=lambda context: _scans_with("osv-scanner", context),
            services=("osv-database",),
            needs=(_ENGINE, Need(kind="program", name="osv-scanner"), Need(kind="advisories", name="osv")),
            consumes=(IMAGE,),
            keeps=(Keep(kind="container-report", path="osv.json", media_type=_JSON),),
        ),
    ),
    defects=DEFECTS,
    options=(
        Option(
            name="dockerfile", kind=Kind.STRING, default="", meaning="the Dockerfile that is built, if not Dockerfile"
        ),
        Option(name="context", kind=Kind.STRING, default=".", meaning="the folder that is sent to the engine"),
        Option(
            name="build-args",
            kind=Kind.STRINGS,
            default=(),
            meaning="build arguments as NAME=value, or NAME alone to pass on a registry setting of this machine; "
            "`{commit}` becomes the commit",
        ),
        Option(
            name="image",
            kind=Kind.STRING,
            default="",
            meaning="name of the image; pawl/ and the project's unless given",
        ),
        Option(name="network", kind=Kind.STRING, default="", meaning="network of the build, as docker build names it"),
        Option(name="keep", kind=Kind.BOOLEAN, default=False, meaning="keep the image after the run"),
        Option(
            name="scanners",
            kind=Kind.STRINGS,
            default=("trivy",),
            choices=("trivy", "osv-scanner"),
            meaning="the scanners that look for vulnerabilities; each must be had in `ci`",
        ),
        Option(
            name="advisories-max-age",
            kind=Kind.DURATION,
            default=30 * 86_400.0,
            meaning="how old a vulnerability database may be before nothing can be concluded from it",
            minimum=1.0,
        ),
        Option(name="max-size", kind=Kind.SIZE, default=None, meaning="the largest image that is allowed"),
    ),
    limits=limits,
    ratchets=("container.size",),
    profiles=(Profile.FULL, Profile.CI),
    block=Severity.HIGH,
    timeout_s=900.0,
)
