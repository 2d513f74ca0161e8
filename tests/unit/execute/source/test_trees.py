"""A tree of the work tree and one of a commit give the same answers; nothing of a commit is checked out."""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from kit.children import on_a_full_disk
from kit.registry import REGISTRY
from kit.repos import Repo, make, scrubbed
from onward.config import definition
from onward.config.schema import FILE
from onward.errors import ConfigError, RepositoryError
from onward.execute.source.git import git_at
from onward.execute.source.repository import survey
from onward.execute.source.trees import CommitTree, WorkTree, at_commit, base_tree

ODD = os.fsdecode(b"odd \xff\t\"'\n name")
FILES = {"README": "hello\n", "app/main.py": "print(1)\n", "app/deep/er/größe leer.txt": "ü\n", ODD: "odd\n"}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return make(tmp_path / "shop", FILES)


def of(repo: Repo, commit: str = "HEAD", prefix: str = "") -> CommitTree:
    return at_commit(git_at(repo.root, scrubbed()), commit, prefix)


def standing(repo: Repo) -> WorkTree:
    found = survey(repo.root, base=None, environ=scrubbed(), include=(), default_branch="main")
    return WorkTree(found.root, found.files)


def held(folder: Path) -> dict[str, bytes | str]:
    """What is below `folder`: contents, and where links lead."""
    paths = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in paths
    }


def test_both_sources_say_the_same(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    repo.write({"binary": b"\x00\x01", "latin": "ü".encode("latin-1"), "huge": b"x" * (16 * 1024 * 1024 + 1)})
    repo.write({"empty": b""})
    links = {"inside": "README", "app/up": "../app/main.py", "twice": "app/up", "escape": "../outside"}
    links |= {"absolute": str(tmp_path / "outside"), "loop": "loop", "nowhere": "gone", "folder": "app"}
    for path, target in links.items():
        (repo.root / path).symlink_to(target)
    repo.commit()
    repo.write({".gitignore": ".env\n", ".env": "S=1"})
    repo.commit()
    here, there = standing(repo), of(repo)
    assert here.paths == there.paths
    assert set(there.paths) == {*FILES, *links, "binary", "latin", "huge", "empty", ".gitignore"}
    for path in (*there.paths, ".env", "missing", "../outside", "app", ""):
        assert here.data(path) == there.data(path), path
        assert here.text(path) == there.text(path), path
    texts = {path: there.text(path) for path in there.paths}
    assert {path: texts[path] for path in ("README", "inside", "twice", "empty", ODD)} == {
        "README": "hello\n", "inside": "hello\n", "twice": "print(1)\n", "empty": "", ODD: "odd\n",
    }  # fmt: skip
    nothing = ("binary", "latin", "huge", "escape", "absolute", "loop", "nowhere", "folder")
    assert {path: texts[path] for path in nothing} == dict.fromkeys(nothing)
    assert there.data("latin") == b"\xfc"
    assert replace(here, files=()).data("README") is None


def test_a_commit_is_what_it_was_whatever_stands_in_the_work_tree(repo: Repo) -> None:
    then = repo.head
    repo.commit("Later", {"README": "later\n", "new": "x\n"})
    repo.write({"README": "not committed\n"})
    (repo.root / "app/main.py").unlink()
    tree = of(repo, then)
    assert (tree.commit, tree.text("README"), tree.text("app/main.py")) == (then, "hello\n", "print(1)\n")
    assert "new" not in tree.paths
    assert of(repo, "main").text("README") == "later\n"


def test_a_commit_is_unpacked_as_git_keeps_it(repo: Repo, tmp_path: Path) -> None:
    """Archives leave out and rewrite what attributes say; a base without its tests would not be the base."""
    repo.write({".gitattributes": "app export-ignore\nREADME export-subst\n", "README": "$Format:%H$\n"})
    (repo.root / "app/main.py").chmod(0o755)
    (repo.root / "app/link").symlink_to("main.py")
    (repo.root / "far").symlink_to("/nonexistent/place")
    repo.commit()
    of(repo).unpack(tmp_path / "new/base")
    (repo.root / ".git").rename(tmp_path / "git")
    assert held(tmp_path / "new/base") == held(repo.root)
    assert (tmp_path / "new/base/app/main.py").stat().st_mode & stat.S_IXUSR
    assert not (tmp_path / "new/base/README").stat().st_mode & stat.S_IXUSR


def test_only_what_is_asked_for_is_unpacked(repo: Repo, tmp_path: Path) -> None:
    of(repo).unpack(tmp_path / "some", (".py", "README"))
    assert set(held(tmp_path / "some")) == {"app/main.py", "README"}
    of(repo).unpack(tmp_path / "none", (".toml",))
    assert list((tmp_path / "none").iterdir()) == []


def test_unpacking_never_writes_over_or_through_anything(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/README").symlink_to(tmp_path / "theirs")
    with pytest.raises(FileExistsError):
        of(repo).unpack(tmp_path / "base")
    assert not (tmp_path / "theirs").exists()


def test_a_full_disk_is_said_and_leaves_no_short_file_unnoticed(repo: Repo, tmp_path: Path) -> None:
    repo.commit("Large", {"large": b"x" * 200_000})
    code = (
        "import os, sys, pathlib; from onward.execute.source import git, trees\n"
        "root, to = map(pathlib.Path, sys.argv[1:])\n"
        "trees.at_commit(git.git_at(root, os.environ), 'HEAD').unpack(to)"
    )
    assert "File too large" in on_a_full_disk(code, repo.root, tmp_path / "base", limit=100_000)


def test_more_than_one_look_is_taken_at_much(repo: Repo, tmp_path: Path) -> None:
    big = {f"big{number}": bytes([65 + number]) * (3 * 1024 * 1024) for number in range(4)}
    repo.commit("Big", big)
    of(repo).unpack(tmp_path / "base", tuple(big))
    assert held(tmp_path / "base") == big


@pytest.mark.parametrize("prefix", ["services/shop", "-x", "a b", ":(glob)*", "größe", os.fsdecode(b"\xff")])
def test_a_project_below_the_git_root(tmp_path: Path, prefix: str) -> None:
    repo = make(
        tmp_path / "repo", {f"{prefix}/app.py": "1\n", f"{prefix}/x/y": "2\n", f"{prefix}-not/z": "3\n", "top": ""}
    )
    # from whatever folder git is asked
    for folder in (repo.root, repo.root / prefix):
        tree = at_commit(git_at(folder, scrubbed()), "HEAD", prefix)
        assert tree.paths == ("app.py", "x/y")
        assert tree.text("x/y") == "2\n"
    assert of(repo).paths == tuple(sorted((f"{prefix}/app.py", f"{prefix}/x/y", f"{prefix}-not/z", "top")))


@pytest.mark.parametrize("prefix", ["gone", "top", "app.py/inside", "*"])
def test_a_project_that_is_not_in_the_commit_has_no_files_there(tmp_path: Path, prefix: str) -> None:
    repo = make(tmp_path / "repo", {"top": "", "app.py": ""})
    assert of(repo, prefix=prefix).paths == ()


def test_submodules_are_no_files_in_either_tree(repo: Repo, tmp_path: Path) -> None:
    other = make(tmp_path / "other", {"inside": "x\n"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(other.root), "vendor/other")
    repo.commit()
    assert of(repo).paths == standing(repo).paths
    assert ".gitmodules" in of(repo).paths
    assert not any(path.startswith("vendor") for path in of(repo).paths)
    of(repo).unpack(tmp_path / "base")
    assert not (tmp_path / "base/vendor").exists()
    assert of(repo, prefix="vendor/other").paths == ()


@pytest.mark.parametrize("commit", ["0" * 40, "gone", "--all", "", "HEAD:README"])
def test_a_commit_that_is_not_there_says_what_to_do(repo: Repo, commit: str) -> None:
    with pytest.raises(RepositoryError, match="is not in this repository") as caught:
        of(repo, commit)
    assert "fetch" in caught.value.hint


def test_a_shallow_clone_lacks_the_base_and_has_it_once_fetched(repo: Repo, tmp_path: Path) -> None:
    base = repo.head
    repo.commit("Later", {"new": ""})
    clone = repo.clone(tmp_path / "clone", depth=1)
    assert "new" in of(clone).paths
    with pytest.raises(RepositoryError, match=f"{base} is not in"):
        of(clone, base)
    clone.git("fetch", "--quiet", "--unshallow")
    assert of(clone, base).text("README") == "hello\n"


@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
def test_a_partial_clone_never_counts_as_an_empty_tree(repo: Repo, tmp_path: Path, kind: str) -> None:
    base = repo.head
    repo.commit("Later", {"app/new": ""})
    repo.git("config", "uploadpack.allowFilter", "true")
    words = (
        "git",
        "clone",
        "--quiet",
        f"--filter={kind}",
        "--no-checkout",
        f"file://{repo.root}",
        str(tmp_path / "clone"),
    )
    subprocess.run(words, env=repo.env, check=True, capture_output=True)
    clone = Repo(tmp_path / "clone")
    for prefix in ("", "app"):
        with pytest.raises(RepositoryError):
            of(clone, base, prefix).text("main.py" if prefix else "README")
        with pytest.raises(RepositoryError):
            of(clone, base, prefix).unpack(tmp_path / f"base{prefix}")


@pytest.mark.parametrize("name", ["..", ".git", ".GIT", "."])
def test_a_path_that_no_work_tree_can_have_is_refused(repo: Repo, name: str) -> None:
    """git writes such a commit down when it is told to, and only a checkout would refuse it."""
    blob, env = repo.git("rev-parse", "HEAD:README"), repo.env

    def tree(entry: bytes) -> str:
        words = ("git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin")
        return (
            subprocess.run(words, input=entry, cwd=repo.root, env=env, check=True, capture_output=True)
            .stdout.decode()
            .strip()
        )

    inner = tree(b"100644 config\0" + bytes.fromhex(blob))
    outer = tree(b"40000 " + name.encode() + b"\0" + bytes.fromhex(inner))
    with pytest.raises(RepositoryError, match="no work tree"):
        of(repo, repo.git("commit-tree", outer, "-m", "x"))


def test_the_base_of_a_project_is_a_tree(repo: Repo) -> None:
    then = repo.head
    repo.branch("change").commit("Later", {"README": "later\n"})
    project = survey(repo.root, base=None, environ=scrubbed(), include=(), default_branch="main")
    assert project.revision.base == then
    assert base_tree(project, scrubbed()).text("README") == "hello\n"
    alone = replace(project, revision=replace(project.revision, base=None, base_from="nobody knows"))
    with pytest.raises(RepositoryError, match="there is no base: nobody knows"):
        base_tree(alone, scrubbed())


def test_a_definition_is_loaded_from_a_commit_without_a_checkout(tmp_path: Path) -> None:
    repo = make(tmp_path / "repo", {f"shop/{FILE}": '\ufeffschema = 1\r\n[project]\r\npython = ["3.11"]\r\n'})
    then = repo.head
    repo.commit("Later", {f"shop/{FILE}": "schema = 1\n[project]\npython = 3\n"})
    (repo.root / "shop" / FILE).unlink()
    old = definition.load_from(of(repo, then, "shop"), REGISTRY, where=f"{then}:shop/{FILE}", name="shop")
    assert old is not None
    assert (old.name, old.pythons) == ("shop", ("3.11",))
    with pytest.raises(ConfigError) as caught:
        definition.load_from(of(repo, "HEAD", "shop"), REGISTRY, where=f"HEAD:shop/{FILE}", name="shop")
    assert caught.value.where == f"HEAD:shop/{FILE}"
    assert definition.load_from(of(repo), REGISTRY, where="HEAD", name="repo") is None
