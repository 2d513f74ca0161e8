"""What is asked of hadolint, of the engine and of the scanners: the same for every image, one after the other."""

from __future__ import annotations

from onward.gates.container.images import Image, dockerfiles, images, mistake
from onward.gates.container.read import BUILT
from onward.gates.container.trivy import argv as trivy_argv
from onward.model.gate import CheckContext, Command, Purpose
from onward.model.guest import guest_command

_SAVED = "{scratch}/image.tar"
# faults that a Dockerfile cannot be forgiven by any usual configuration: one of them is enough to show that it was read
_FAULTY = "FROM debian:latest\\nWORKDIR relative\\nRUN sudo true\\nADD a /b\\nFROM\\n"
_LABELS = ("--label", "{image.run}", "--label", "{image.mark}")


def hadolint(context: CheckContext) -> tuple[Command, ...]:
    """Look at every Dockerfile and at a faulty one beside them, in one call and by the same configuration."""
    control = ("{onward}", "-c", f"open('control', 'w').write('{_FAULTY}')")
    argv = ("{tool:hadolint}", "--no-color", "--format", "json", "{scratch}/control", *dockerfiles(context))
    return (
        Command(argv=control, cwd="{scratch}", purpose=Purpose.CONTROL),
        Command(argv=argv, accepts=(0, 1), stdout="hadolint.json"),
    )


def tag(context: CheckContext, image: Image) -> str:
    """Return the name under which an image is built: it carries the commit."""
    name = context.settings.text("image") or f"onward/{context.pipeline.name.lower()}"
    further = f"-{image.slug}" if image.slug else ""
    return f"{name}{further}:{(context.project.revision.head or 'uncommitted')[:12]}"


def build(context: CheckContext) -> tuple[Command, ...]:
    """Build each image whose Dockerfile is there; the reader says what became of the others."""
    return tuple(_build(context, image) for image in images(context.settings) if not mistake(image, context))


def _build(context: CheckContext, image: Image) -> Command:
    """Build one image; unless it is to be kept, it carries the mark by which it is removed after the run."""
    settings, commit = context.settings, context.project.revision.head or "uncommitted"
    labels = _LABELS[:2] if settings.flag("keep") else _LABELS
    arguments = tuple(text.replace("{commit}", commit) for text in settings.texts("build-args"))
    network = ("--network", settings.text("network")) if settings.text("network") else ()
    written = image.called(BUILT)
    argv = guest_command(
        "container/build_image", "--context", image.context, "--file", image.dockerfile,
        "--tag", tag(context, image), "--out", "{out}/" + written, *network, *labels,
        *(word for argument in arguments for word in ("--build-arg", argument)),
    )  # fmt: skip
    return Command(argv=argv, writes=(written,))


def image(context: CheckContext) -> tuple[Command, ...]:
    """Ask the engine what each image says of itself."""
    return tuple(_inspect(image) for image in images(context.settings))


def _inspect(image: Image) -> Command:
    written = image.called("inspect.json")
    argv = guest_command("container/inspect_image", *_handed(image), *_LABELS, "--out", "{out}/" + written)
    return Command(argv=argv, writes=(written,))


def _handed(image: Image) -> tuple[str, ...]:
    """Return how a program is told which of the built images it is about."""
    return ("--inputs", "{inputs}", "--image", image.called(BUILT))


def _save(image: Image) -> Command:
    """Save an image; the archive of the one before is overwritten, for images are large."""
    return Command(argv=guest_command("container/save_image", "{inputs}", image.called(BUILT), _SAVED))


def layers(context: CheckContext) -> tuple[Command, ...]:
    """Lay out the layers of each image with a canary in each, search them, and mark what was found."""
    return tuple(command for image in images(context.settings) for command in _search(image))


def _search(image: Image) -> tuple[Command, ...]:
    folder = "{scratch}/" + image.called("layers")
    laid_out, found, secrets = (image.called(name) for name in ("layers.json", "found.json", "secrets.json"))
    unpack = guest_command("container/open_layers", *_handed(image), "--archive", _SAVED, "--folder", folder)
    search = (
        "{tool:kingfisher}", "scan", "--no-validate", "--no-update-check", "--redact", "--no-dedup",
        "--git-history", "none", "--jobs", "{jobs}", "--format", "json", "--output", "{out}/" + found, ".",
    )  # fmt: skip
    mark = guest_command("mark_secrets", "--tree", folder, "--out", "{out}/" + secrets, "{out}/" + found)
    rules = (("KF_RULE_CACHE_DIR", "{tool:kingfisher}-rules"),)
    return (
        Command(argv=(*unpack, "--out", "{out}/" + laid_out), writes=(laid_out,), purpose=Purpose.CONTROL),
        Command(argv=search, cwd=folder, env=rules, accepts=(0, 200, 205), writes=(found,)),
        Command(argv=mark, writes=(secrets,), purpose=Purpose.CONVERT),
    )


def trivy(context: CheckContext) -> tuple[Command, ...]:
    """Scan each image, then show that the very same database knows something of every kind of package in it."""
    database = guest_command("container/trivy_database", "--trivy", "{tool:trivy}", "--folder", "{trivy.folder}")
    age = (*database, "--source", "{trivy.source}", "--out", "{out}/database.json")
    scans = (command for image in images(context.settings) for command in _scan(image))
    return (Command(argv=age, writes=("database.json",)), *scans)


def _scan(image: Image) -> tuple[Command, ...]:
    report, sarif = image.called("trivy.json"), image.called("trivy.sarif")
    bill, control = "{out}/" + image.called("control.cdx.json"), image.called("control.json")
    make = guest_command("container/trivy_control", "{out}/" + report, bill)
    convert = ("{tool:trivy}", "convert", "--format", "sarif", "--output", "{out}/" + sarif, "{out}/" + report)
    return (
        _save(image),
        Command(argv=(*trivy_argv("image", report), "--input", _SAVED), writes=(report,)),
        Command(argv=make, purpose=Purpose.CONTROL),
        Command(argv=(*trivy_argv("sbom", control), bill), writes=(control,), purpose=Purpose.CONTROL),
        Command(argv=convert, purpose=Purpose.CONVERT),
    )


def osv(context: CheckContext) -> tuple[Command, ...]:
    """List the packages of each image, and match each ecosystem beside a package that is known to be vulnerable."""
    return tuple(command for image in images(context.settings) for command in (_save(image), _match(image)))


def _match(image: Image) -> Command:
    written = image.called("osv.json")
    argv = guest_command(
        "container/scan_osv", "--scanner", "{tool:osv-scanner}", "--archive", _SAVED,
        "--folder", "{osv.folder}", "--source", "{osv.source}",
        "--scratch", "{scratch}/" + image.called("osv"), "--out", "{out}/" + written,
    )  # fmt: skip
    return Command(argv=argv, writes=(written,))
