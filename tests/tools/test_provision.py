"""Real tools and environments from the registries, in a cache of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kit import guests, require
from onward.errors import ProvisionError
from onward.execute.process.processes import Processes, quick
from onward.execute.provision.python.environment import Environment, Environments
from onward.execute.provision.python.interpreters import Interpreters
from onward.execute.provision.tools.provider import ResolvedTool, ToolProvider, registry_environment
from onward.model.facts import Project, Revision
from onward.model.guest import OWN_MARK
from onward.model.need import EnvironmentUse
from onward.model.pipeline import Pipeline
from onward.model.places import Places
from onward.model.tool import Npm, Tool
from onward.model.toolbox import BLACK, GITLEAKS, NODE, RUFF

pytestmark = pytest.mark.tools


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture
def environ(downloads: Path) -> dict[str, str]:
    shared = {"UV_CACHE_DIR": str(downloads / "uv"), "NPM_CONFIG_CACHE": str(downloads / "npm")}
    return registry_environment(os.environ) | shared


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(cache=tmp_path / "cache", state=tmp_path / "state")


def interpreter(version: str, places: Places) -> Path:
    found = Interpreters(os.environ, places).find(version)
    return found.path if found else require.absent(f"python{version}", f"install Python {version}")


def obtain(
    tool: Tool,
    places: Places,
    environ: dict[str, str],
    *,
    python: str | None = None,
    project: Project | None = None,
    environment: Environment | None = None,
) -> ResolvedTool:
    with Processes() as processes:
        shop = ToolProvider(places, processes, environ)
        path = interpreter(python, places) if python else None
        return shop.obtain(tool, python=path, project=project, environment=environment)


def said(executable: Path, *words: str) -> str:
    code, output, errors = quick((str(executable), *words), cwd=Path("/"), timeout_s=60)
    assert code == 0, errors.decode()
    return output.decode()


def a_project(root: Path, *declared: tuple[str, str | None]) -> Project:
    files = tuple(sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()))
    revision = Revision(head=None, base=None, branch=None, tree=None, dirty=False)
    return Project(
        root=root,
        git_root=root,
        git_dir=root / ".git",
        prefix="",
        files=files,
        changed=None,
        revision=revision,
        declared=declared,
    )


def a_pipeline(*requirements: str) -> Pipeline:
    return Pipeline(
        name="x",
        pythons=("3.11",),
        deployed_python=None,
        source=(),
        tests=(),
        requirements=requirements,
        deployed_requirements=(),
        gates=(),
    )


def prepare(
    root: Path, python: str, places: Places, environ: dict[str, str], *additions: str, deployed: bool = False
) -> Environment:
    interpreter(python, places)
    use = EnvironmentUse(additions=additions, deployed=deployed)
    with Processes() as processes:
        return Environments(places, processes, environ).prepare(a_project(root), a_pipeline(), python, use)


def test_a_pinned_tool_runs_and_says_its_version(places: Places, environ: dict[str, str]) -> None:
    ruff = obtain(RUFF, places, environ)
    assert ruff.use.version == "0.17.5"
    assert "0.17.5" in said(ruff.executable, "--version")
    assert obtain(RUFF, places, environ) == ruff


@pytest.mark.parametrize("python", ["3.9", "3.13"])
def test_a_tool_that_parses_python_runs_under_the_projects_interpreter(
    places: Places, environ: dict[str, str], python: str
) -> None:
    black = obtain(BLACK, places, environ, python=python)
    words = said(black.executable, "--version")
    assert f"Python (CPython) {python}." in words
    assert f"black, {black.use.version} " in words


def test_a_version_that_the_project_pins_is_kept(places: Places, environ: dict[str, str], tmp_path: Path) -> None:
    black = obtain(BLACK, places, environ, project=a_project(tmp_path, ("black", "24.8.0")))
    assert (black.use.version, black.use.source) == ("24.8.0", "pypi")


MAKER = """
import os, sys
from pathlib import Path
from onward.execute.process.processes import Processes
from onward.execute.provision.tools.provider import ToolProvider, registry_environment
from onward.model.guest import OWN_MARK
from onward.model.places import Places
from onward.model.toolbox import BLACK
with Processes() as processes:
    places = Places(cache=Path(sys.argv[1]), state=Path(sys.argv[1]))
    print(ToolProvider(places, processes, registry_environment(os.environ)).obtain(BLACK).executable)
"""


def a_maker(places: Places, environ: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAKER, str(places.cache)], env=environ, stdout=subprocess.PIPE, text=True
    )


def test_two_processes_at_once_make_one_tool(places: Places, environ: dict[str, str]) -> None:
    with a_maker(places, environ) as one, a_maker(places, environ) as other:
        outputs = {one.communicate(timeout=120)[0], other.communicate(timeout=120)[0]}
    assert (one.returncode, other.returncode) == (0, 0)
    assert len(outputs) == 1
    assert "black" in said(Path(outputs.pop().strip()), "--version")


def test_a_maker_that_is_killed_leaves_nothing_that_is_believed(places: Places, environ: dict[str, str]) -> None:
    with a_maker(places, environ) as maker:
        until = time.monotonic() + 60
        while not list(places.cache.glob("tools/*/*/env")) and time.monotonic() < until:
            time.sleep(0.005)
        maker.send_signal(signal.SIGKILL)
        maker.communicate(timeout=60)
    assert not list(places.cache.glob("tools/*/.onward.json"))
    black = obtain(BLACK, places, environ)
    assert "black" in said(black.executable, "--version")


def test_npm_packages_are_checked_and_unpacked(places: Places, environ: dict[str, str]) -> None:
    require.program("npm", "install Node.js")
    good = "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=="

    def ms(integrity: str) -> Tool:
        return Tool(name="ms", executable="index.js", source=Npm(package="ms", version="2.1.3", integrity=integrity))

    with pytest.raises(ProvisionError, match="its sha512 is"):
        obtain(ms(good.replace("6Flzub", "AAAAAA")), places, environ)
    found = obtain(ms(good), places, environ)
    assert found.executable.name == "index.js"
    assert found.executable.is_file()
    assert found.use.source == "npm"


@pytest.mark.slow
def test_npm_comes_from_a_wheel_where_the_machine_has_none(
    places: Places, environ: dict[str, str], tmp_path: Path
) -> None:
    npm = obtain(NODE, places, environ)
    assert npm.executable.name == "npm"
    path = f"{npm.executable.parent}:/bin"
    code, output, errors = quick((str(npm.executable), "--version"), cwd=tmp_path, timeout_s=60, env={"PATH": path})
    assert code == 0, errors
    assert output.strip()


@pytest.mark.slow
def test_gitleaks_is_built_from_its_module(places: Places, environ: dict[str, str]) -> None:
    require.program("go", "install a Go toolchain")
    gitleaks = obtain(GITLEAKS, places, environ)
    if gitleaks.use.source == "path":
        require.absent("gitleaks to build", "it is on the PATH")
    assert (gitleaks.use.source, gitleaks.use.version) == ("go", "8.30.1")
    assert "gitleaks" in said(gitleaks.executable, "--help")
    assert not list(places.cache.glob("tools/*/*/scratch"))


HASHED = """\
click==8.1.7 --hash=sha256:ae74fb96c20a0277a1d615f1e4d73c8414f5a98db8b799a7931d1582f3390c28
pytest==7.4.4 --hash=sha256:b090cdf5ed60bf4c45261be03239c2c1c22df034fbffe691abe93cd80cea01d8
iniconfig==2.0.0 --hash=sha256:b6a85871a79d2e3b22d2d1b94ac2824226a63c6b741c88f7ae975f18b6778374
packaging==24.1 --hash=sha256:5b8f2217dbdbd2f7f384c41c628544e6d52f2d0f53c6d0c3ea61aa5d1d7ff124
pluggy==1.5.0 --hash=sha256:44e1ad92c8ca002de6377e165f3e0f1be63266ab4d554740532335b9d75ea669
exceptiongroup==1.2.2 ; python_version < "3.11" \
    --hash=sha256:3111b9d131c238bec2f8f516e123e14ba243563fb135d3fe885990585aa7795b
tomli==2.0.1 ; python_version < "3.11" \
    --hash=sha256:939de3e7a6161af0c887ef91b7d41a53e7c5a1ca976325f429cb46ea9bc30ecc
"""


@pytest.mark.parametrize("python", ["3.9", "3.13"])
def test_a_hashed_list_of_requirements(places: Places, environ: dict[str, str], tmp_path: Path, python: str) -> None:
    root = tmp_path / "ein Projekt ü"
    root.mkdir()
    (root / "requirements.txt").write_text(HASHED)
    base = prepare(root, python, places, environ)
    assert base.version.startswith(f"{python}.")
    assert base.package_version("pytest") == "7.4.4"
    assert base.package_version("click") == "8.1.7"
    assert sorted(path.name for path in root.iterdir()) == ["requirements.txt"]
    derived = prepare(root, python, places, environ, "pytest-cov", "pytest>=8")
    assert derived.package_version("pytest") == "7.4.4"
    assert derived.package_version("pytest-cov") is not None
    assert base.package_version("pytest-cov") is None
    assert derived.digest != base.digest
    assert "7.4.4" in said(derived.python, "-m", "pytest", "--version")
    code, _, _ = quick((str(base.python), "-c", "import pytest_cov"), cwd=root, timeout_s=60)
    assert code == 1


def test_a_changed_hash_is_refused(places: Places, environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("iniconfig==2.0.0 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(ProvisionError, match="iniconfig"):
        prepare(tmp_path, "3.11", places, environ)


def test_a_conflict_names_both_sides(places: Places, environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("coverage==5.5\n")
    with pytest.raises(ProvisionError) as caught:
        prepare(tmp_path, "3.11", places, environ, "pytest-cov>=7")
    assert "cannot add pytest-cov>=7" in caught.value.message
    assert "coverage==5.5" in caught.value.message
    assert "pin" in caught.value.hint


def test_the_second_time_nothing_is_started(places: Places, environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("iniconfig\n")
    first = prepare(tmp_path, "3.11", places, environ)
    nothing = {"PATH": "/nonexistent", "UV_CACHE_DIR": "/nonexistent"}
    assert prepare(tmp_path, "3.11", places, nothing) == first


PACKAGE = """\
[project]
name = "shiny-thing"
dynamic = ["version"]
requires-python = ">=3.9"
dependencies = ["iniconfig"]
[project.scripts]
shiny = "shiny:main"
[dependency-groups]
dev = ["pluggy"]
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.hatch.version]
path = "src/shiny/__init__.py"
[tool.hatch.build.targets.wheel]
packages = ["src/shiny"]
"""


@pytest.mark.parametrize("how", ["uv.lock", "-e .", "pyproject"])
def test_a_project_that_is_a_package_is_known_but_not_copied(
    places: Places, environ: dict[str, str], tmp_path: Path, how: str
) -> None:
    root = tmp_path / "project"
    (root / "src/shiny").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PACKAGE)
    (root / "src/shiny/__init__.py").write_text('__version__ = "1.2.3"\ndef main() -> None:\n    print("shines")\n')
    if how == "uv.lock":
        with Processes() as processes:
            from onward.execute.provision.installer import Installer

            Installer(places, processes, environ).uv("lock", "--quiet", cwd=root, log=tmp_path / "log")
    if how == "-e .":
        (root / "requirements.txt").write_text("-e .\npluggy\n")
    before = sorted(root.rglob("*"))
    found = prepare(root, "3.11", places, environ)
    assert sorted(root.rglob("*")) == before
    assert found.package_version("shiny-thing") == "1.2.3"
    assert found.package_version("iniconfig") is not None
    assert found.package_version("pluggy") is not None
    assert found.import_roots == ("src",)
    env = {"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin"}
    code, output, _ = quick((str(found.bin / "shiny"),), cwd=Path("/"), timeout_s=60, env=env)
    assert (code, output) == (0, b"shines\n")
    code, _, _ = quick((str(found.python), "-c", "import shiny"), cwd=Path("/"), timeout_s=60)
    assert code == 1
    listing = tuple(guests.argv("dependencies/list_installed", tmp_path, OWN_MARK, python=found.python))
    assert quick(listing, cwd=Path("/"), timeout_s=60)[0] == 0
    installed = json.loads((tmp_path / "installed.json").read_text())
    assert installed["own"] == {"shiny-thing": "1.2.3"}
    assert set(installed["packages"]) == {"iniconfig", "pluggy"}
    assert "shiny" not in (tmp_path / "requirements.txt").read_text()


def test_extras_that_exclude_each_other_are_named_as_a_cause(
    places: Places, environ: dict[str, str], tmp_path: Path
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    extras = '[project.optional-dependencies]\nold = ["pluggy<1"]\nnew = ["pluggy>=1"]\n'
    (root / "pyproject.toml").write_text('[project]\nname = "odd"\nversion = "1"\n' + extras)
    with pytest.raises(ProvisionError, match="No solution") as error:
        prepare(root, "3.11", places, environ)
    assert "onward installs all optional dependencies together" in error.value.hint


def a_poetry_lock() -> str:
    """Return what poetry writes for the packages of HASHED."""
    entries = []
    for line in HASHED.replace("\\\n", "").splitlines():
        name, _, rest = line.partition("==")
        version, hash_ = rest.split()[0], line.rpartition("=")[2]
        entries.append(
            f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\npython-versions = ">=3.7"\n'
            f'files = [{{file = "{name}.whl", hash = "{hash_}"}}]\n'
        )
    return "\n".join(entries) + '\n[metadata]\nlock-version = "2.0"\npython-versions = "^3.9"\ncontent-hash = "x"\n'


POETRY = """\
[tool.poetry]
name = "tale"
version = "0.1.0"
package-mode = false
[tool.poetry.dependencies]
python = "^3.9"
click = "^8.1"
pywin32 = {version = "*", markers = "sys_platform == 'win32'"}
[tool.poetry.group.dev.dependencies]
pytest = "~7.4"
"""


@pytest.mark.parametrize("python", ["3.9", "3.13"])
def test_a_poetry_lock(places: Places, environ: dict[str, str], tmp_path: Path, python: str) -> None:
    (tmp_path / "pyproject.toml").write_text(POETRY)
    (tmp_path / "poetry.lock").write_text(a_poetry_lock())
    everything = prepare(tmp_path, python, places, environ)
    assert everything.package_version("pytest") == "7.4.4"
    assert everything.package_version("iniconfig") == "2.0.0"
    assert (everything.package_version("tomli") == "2.0.1") is (python == "3.9")
    assert prepare(tmp_path, python, places, environ, deployed=True).packages == (("click", "8.1.7"),)


def test_a_poetry_lock_with_another_hash_is_refused(places: Places, environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(POETRY)
    lock = a_poetry_lock().replace("sha256:ae74fb96c20a", "sha256:000000000000")
    (tmp_path / "poetry.lock").write_text(lock)
    with pytest.raises(ProvisionError, match=r"click.*8\.1\.7"):
        prepare(tmp_path, "3.11", places, environ)


def test_a_pipfile_lock(places: Places, environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "Pipfile").write_text("[packages]\niniconfig = '*'\n")
    hash_ = "sha256:b6a85871a79d2e3b22d2d1b94ac2824226a63c6b741c88f7ae975f18b6778374"
    entry = {"version": "==2.0.0", "hashes": [hash_], "markers": "python_version >= '3.7'"}
    lock = {"_meta": {}, "default": {"iniconfig": entry}, "develop": {}}
    (tmp_path / "Pipfile.lock").write_text(json.dumps(lock))
    assert prepare(tmp_path, "3.11", places, environ).packages == (("iniconfig", "2.0.0"),)
