"""Container: the image builds, runs as nobody in particular, and holds neither known vulnerabilities nor secrets."""

from __future__ import annotations

from pathlib import Path

from onward.gates.container import bases, commands, layers, osv, trivy
from onward.gates.container.defects import DEFECTS
from onward.gates.container.images import DOCKERFILE, dockerfiles, images, is_built
from onward.gates.container.read import read_build, read_hadolint, read_image
from onward.model.facts import BASE_IMAGES
from onward.model.finding import Severity
from onward.model.gate import Applies, Check, CheckContext, Gate, Keep
from onward.model.measure import Limit
from onward.model.need import DOCKER, NETWORK, ScannerDatabase
from onward.model.pipeline import GateSettings, Kind, Option, Profile
from onward.model.toolbox import HADOLINT, KINGFISHER, OSV_SCANNER, TRIVY

IMAGE = "container-image"
_BUILDS = (DOCKER, bases.needed)


def _has_dockerfile(context: CheckContext) -> Applies:
    there = bool(dockerfiles(context)) or is_built(context)
    return Applies(yes=there, why="" if there else "the project has no Dockerfile")


def _is_built(context: CheckContext) -> Applies:
    there = is_built(context)
    return Applies(yes=there, why="" if there else f"the project has no {DOCKERFILE}")


def _scans_with(name: str, context: CheckContext) -> Applies:
    chosen = context.settings.texts("scanners") or ("trivy",)
    built = _is_built(context)
    if built.yes and name not in chosen:
        return Applies(yes=False, why=f"policy scans with {', '.join(chosen)}")
    return built


def limits(settings: GateSettings) -> tuple[Limit, ...]:
    """Return the largest size that policy allows, for each image."""
    largest = settings.number("max-size")
    if largest is None:
        return ()
    return tuple(Limit(measure="container.size", value=largest, scope=image.scope) for image in images(settings))


_JSON = "application/json"

GATE = Gate(
    id="container",
    title="Container",
    blurb="the image builds, does not run as root, and contains no known vulnerability or secret",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="hadolint",
            commands=commands.hadolint,
            read=read_hadolint,
            needs=(HADOLINT,),
            applies=_has_dockerfile,
            keeps=(Keep(kind="container-report", path="hadolint.json", media_type=_JSON),),
        ),
        Check(
            id="build",
            commands=commands.build,
            read=read_build,
            applies=_is_built,
            needs=(DOCKER, NETWORK, bases.needed),
            proves="the image",
            keeps=(Keep(kind=IMAGE, path="image*.json", media_type=_JSON),),
        ),
        Check(
            id="image",
            commands=commands.image,
            read=read_image,
            applies=_is_built,
            needs=_BUILDS,
            consumes=(IMAGE,),
            keeps=(Keep(kind="container-report", path="inspect*.json", media_type=_JSON),),
        ),
        Check(
            id="layers",
            commands=commands.layers,
            read=layers.read,
            applies=_is_built,
            needs=(*_BUILDS, KINGFISHER),
            consumes=(IMAGE,),
            keeps=(Keep(kind="secrets-report", path="secrets*.json", media_type=_JSON),),
            cpus=0,
        ),
        Check(
            id="trivy",
            commands=commands.trivy,
            read=trivy.read,
            applies=lambda context: _scans_with("trivy", context),
            needs=(DOCKER, TRIVY, ScannerDatabase("trivy"), bases.needed),
            proves="vulnerabilities",
            consumes=(IMAGE,),
            keeps=(
                Keep(kind="container-report", path="trivy*.json", media_type=_JSON),
                Keep(kind="sarif", path="trivy*.sarif", media_type="application/sarif+json"),
            ),
        ),
        Check(
            id="osv-scanner",
            commands=commands.osv,
            read=osv.read,
            applies=lambda context: _scans_with("osv-scanner", context),
            needs=(DOCKER, OSV_SCANNER, ScannerDatabase("osv"), bases.needed),
            proves="vulnerabilities",
            consumes=(IMAGE,),
            keeps=(Keep(kind="container-report", path="osv*.json", media_type=_JSON),),
        ),
    ),
    defects=DEFECTS,
    facts=(BASE_IMAGES,),
    options=(
        Option("dockerfile", Kind.STRING, "", "Dockerfile of the image; default: Dockerfile"),
        Option("context", Kind.STRING, ".", "build context of the image"),
        Option(
            "images",
            Kind.PATHS,
            (),
            "additional Dockerfiles; each is built and scanned as a separate image. "
            "The build context of `frontend/Dockerfile` is its own folder, of `docker/web.Dockerfile:web` the folder `web`",
        ),
        Option(
            "build-args",
            Kind.STRINGS,
            (),
            "build arguments of every image as NAME=value, or NAME alone to pass a registry setting of this "
            "machine; `{commit}` becomes the commit",
        ),
        Option(
            "image",
            Kind.STRING,
            "",
            "name of the image; default: onward/ and the project's name. Additional images append the name of their folder",
        ),
        Option("network", Kind.STRING, "", "network of the build (docker build --network)"),
        Option("keep", Kind.BOOLEAN, False, "keep the images after the run"),
        Option(
            "scanners",
            Kind.STRINGS,
            ("trivy",),
            "vulnerability scanners; each must be available in `ci`",
            choices=("trivy", "osv-scanner"),
        ),
        Option(
            "advisories-max-age",
            Kind.DURATION,
            30 * 86_400.0,
            "maximum age of a vulnerability database; with an older one the gate is unverified",
            minimum=1.0,
        ),
        Option("max-size", Kind.SIZE, None, "maximum size of each image"),
    ),
    limits=limits,
    ratchets=("container.size",),
    profiles=(Profile.FULL, Profile.CI),
    block=Severity.HIGH,
    timeout_s=900.0,
)
