from __future__ import annotations

from pathlib import Path

import pytest

from onward.errors import ProvisionError
from onward.execute.provision.python.declared import Declared, Local, declared


def read(root: Path, given: tuple[str, ...], *, deployed: bool) -> Declared:
    files = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    return declared(root, files, given, deployed=deployed)


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_txt", ".txt").replace("_toml", ".toml").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_includes_and_constraints_are_part_of_what_is_declared(tmp_path: Path) -> None:
    write(
        tmp_path,
        requirements__dev_txt="-r base.txt\n-c../cons.txt\npytest\n",
        requirements__base_txt="click\n",
        cons_txt="click==8\n",
    )
    found = read(tmp_path, ("requirements/dev.txt",), deployed=False)
    assert [name for name, _ in found.files] == ["cons.txt", "requirements/base.txt", "requirements/dev.txt"]
    assert found.text("requirements/dev.txt") == "-r base.txt\n-c../cons.txt\npytest\n"


def test_the_digest_follows_every_file(tmp_path: Path) -> None:
    write(tmp_path, requirements_txt="-r base.txt\n", base_txt="click\n")
    before = read(tmp_path, ("requirements.txt",), deployed=False).digest
    write(tmp_path, base_txt="click==8.1.7\n")
    assert read(tmp_path, ("requirements.txt",), deployed=False).digest != before


def test_files_that_include_each_other_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, requirements_txt="-r base.txt\n", base_txt="-r requirements.txt\nclick\n")
    assert len(read(tmp_path, ("requirements.txt",), deployed=False).files) == 2


@pytest.mark.parametrize("line", ["-e .", "--editable=.", "-e .[dev,test]", ".", "./", "app @ file:.", "file:."])
def test_the_project_itself_is_never_installed_from_its_tree(tmp_path: Path, line: str) -> None:
    write(tmp_path, requirements_txt=f"{line}\nclick\n", pyproject_toml='[project]\nname = "app"\n')
    found = read(tmp_path, ("requirements.txt",), deployed=False)
    extras = ("dev", "test") if "[dev" in line else ()
    assert found.local == (Local(folder=".", extras=extras),)
    assert found.text("requirements.txt") == "click\n"
    assert found.text("pyproject.toml").startswith("[project]")


@pytest.mark.parametrize(
    "line",
    [
        "git+https://example.org/x.git",
        "x @ https://example.org/x.whl",
        "https://example.org/x.whl",
        "x[a]>=1 ; python_version > '3'",
    ],
)
def test_what_comes_from_elsewhere_stays(tmp_path: Path, line: str) -> None:
    write(tmp_path, requirements_txt=f"{line}\n")
    found = read(tmp_path, ("requirements.txt",), deployed=False)
    assert (found.local, found.text("requirements.txt")) == ((), f"{line}\n")


def test_an_editable_from_git_is_installed_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, requirements_txt="-e git+https://example.org/x.git#egg=x\n")
    assert read(tmp_path, (), deployed=False).text("requirements.txt") == "git+https://example.org/x.git#egg=x\n"


def test_an_archive_in_the_tree_is_taken_along(tmp_path: Path) -> None:
    write(tmp_path, requirements_txt="./vendor/x-1-py3-none-any.whl\n")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/x-1-py3-none-any.whl").write_bytes(b"PK")
    found = read(tmp_path, (), deployed=False)
    assert "vendor/x-1-py3-none-any.whl" in dict(found.files)
    assert found.local == ()


def test_continued_lines_and_comments_are_understood(tmp_path: Path) -> None:
    write(tmp_path, requirements_txt="click==8.1.7 \\\n    --hash=sha256:ab  # why\n# only a comment\n")
    assert read(tmp_path, (), deployed=False).text("requirements.txt") == "click==8.1.7  --hash=sha256:ab\n"


def test_leaving_the_project_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    write(root, requirements_txt="-e ../shared\n")
    with pytest.raises(ProvisionError, match="outside the project"):
        read(root, (), deployed=False)


def test_a_missing_file_names_the_key_to_set(tmp_path: Path) -> None:
    with pytest.raises(ProvisionError) as caught:
        read(tmp_path, ("requirements.txt",), deployed=False)
    assert "`requirements` in onward.toml" in caught.value.hint


def test_the_usual_files_are_found_locks_first(tmp_path: Path) -> None:
    assert read(tmp_path, (), deployed=False).sources == ()
    write(tmp_path, pyproject_toml="[project]\nname = 'app'\n")
    assert read(tmp_path, (), deployed=False).sources == ("pyproject.toml",)
    write(tmp_path, requirements_txt="", requirements_dev_txt="")
    (tmp_path / "requirements.dev.txt").unlink(missing_ok=True)
    assert "requirements.txt" in read(tmp_path, (), deployed=False).sources
    assert read(tmp_path, (), deployed=True).sources == ("requirements.txt",)
    (tmp_path / "uv.lock").write_text("version = 1\n")
    assert read(tmp_path, (), deployed=False).sources == ("uv.lock",)


@pytest.mark.parametrize(
    ("pyproject", "is_package"),
    [
        ("[project]\nname='a'\n[build-system]\nrequires=[]\n", True),
        ("[project]\nname='a'\n", False),
        ("[project]\nname='a'\n[build-system]\nrequires=[]\n[tool.uv]\npackage=false\n", False),
        ("[tool.poetry]\nname='a'\n[build-system]\nrequires=[]\n", True),
        ("[tool.poetry]\nname='a'\npackage-mode=false\n[build-system]\nrequires=[]\n", False),
    ],
)
def test_a_project_is_a_package_when_its_own_tool_says_so(tmp_path: Path, pyproject: str, *, is_package: bool) -> None:
    write(tmp_path, pyproject_toml=pyproject)
    assert bool(read(tmp_path, (), deployed=False).local) is is_package


def test_uv_has_written_down_which_packages_are_the_projects_own(tmp_path: Path) -> None:
    write(tmp_path, pyproject_toml="[project]\nname='root'\n", libs__a__pyproject_toml="[project]\nname='a'\n")
    sources = ('{ virtual = "." }', '{ editable = "libs/a" }', '{ registry = "r" }')
    entries = (f'[[package]]\nname = "p{number}"\nsource = {source}\n' for number, source in enumerate(sources))
    (tmp_path / "uv.lock").write_text("version = 1\n" + "".join(entries))
    found = read(tmp_path, (), deployed=False)
    assert found.local == (Local(folder="libs/a"),)
    assert [name for name, _ in found.files] == ["libs/a/pyproject.toml", "pyproject.toml", "uv.lock"]


def test_metadata_that_is_not_toml_is_told(tmp_path: Path) -> None:
    write(tmp_path, pyproject_toml="[project\n")
    with pytest.raises(ProvisionError, match=r"pyproject\.toml is not valid TOML"):
        read(tmp_path, (), deployed=False)


def test_a_path_in_requirements_is_read_from_the_projects_root(tmp_path: Path) -> None:
    write(tmp_path, pyproject_toml="[project]\nname='root'\n[build-system]\nrequires=[]\n")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "self.txt").write_text("-e .\n")
    assert read(tmp_path, ("requirements/self.txt",), deployed=False).local == (Local(folder="."),)


def test_a_lock_that_is_none_of_the_projects_files_does_not_count(tmp_path: Path) -> None:
    """One that git ignores is not there for anybody else."""
    write(tmp_path, requirements_txt="click\n")
    (tmp_path / "uv.lock").write_text("")
    assert declared(tmp_path, ("requirements.txt",), (), deployed=False).sources == ("requirements.txt",)
