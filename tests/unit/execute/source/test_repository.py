"""What a survey says of real repositories in all their shapes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from kit.repos import Repo, make, scrubbed
from onward.errors import RepositoryError, UsageError
from onward.execute.source.repository import survey
from onward.model.facts import Project

FILES = {"app/main.py": "print(1)\n", "README": "hello\n", ".gitignore": "*.log\n.env\nbuild/\n"}


def look(
    root: Path,
    env: Mapping[str, str] | None = None,
    *,
    base: str | None = None,
    include: tuple[str, ...] = (),
    branch: str = "main",
) -> Project:
    return survey(root, base=base, environ=scrubbed(env), include=include, default_branch=branch)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return make(tmp_path / "shop", FILES)


def test_a_clean_repository(repo: Repo) -> None:
    project = look(repo.root)
    assert project.files == (".gitignore", "README", "app/main.py")
    assert (project.root, project.git_root, project.git_dir) == (repo.root, repo.root, repo.root / ".git")
    assert project.prefix == ""
    assert project.changed == ()
    revision = project.revision
    assert (revision.head, revision.base, revision.branch) == (repo.head, repo.head, "main")
    assert (revision.dirty, revision.shallow, revision.base_from) == (False, False, "merge base with main")


def test_files_are_those_of_the_work_tree(repo: Repo) -> None:
    (repo.root / "README").unlink()
    repo.write({"app/new.py": "", "app/staged.py": "", "debug.log": "", ".env": "", "build/out": ""})
    repo.git("add", "app/staged.py")
    repo.git("rm", "--quiet", "--cached", "app/main.py")
    project = look(repo.root)
    assert project.files == (".gitignore", "app/main.py", "app/new.py", "app/staged.py")
    assert project.changed == ("README", "app/main.py", "app/new.py", "app/staged.py")
    assert project.revision.dirty


def test_ignored_files_are_included_by_glob(repo: Repo) -> None:
    repo.write({".env": "A=1", "build/a/b.txt": "b", "build/c.log": "c", "x.log": ""})
    assert look(repo.root, include=(".env", "build/**/*.txt")).files[:1] == (".env",)
    assert "build/a/b.txt" in look(repo.root, include=("build",)).files
    assert "build/c.log" in look(repo.root, include=("build/",)).files
    assert "x.log" not in look(repo.root, include=("build", ".env")).files
    assert look(repo.root, include=("nothing-there",)).files == look(repo.root).files


def test_odd_names_and_symbolic_links(tmp_path: Path) -> None:
    names = {"sp ace/ü ñ.py": "x", 'quo"te': "x", "tab\tname": "x", "line\nfeed": "x", " lead": "x"}
    repo = make(tmp_path / "größe mit leer", names)
    (repo.root / "link").symlink_to("sp ace")
    (repo.root / "dangling").symlink_to("/nowhere")
    repo.commit()
    repo.write({"neu ü": "x"})
    assert set(look(repo.root).files) == {*names, "link", "dangling", "neu ü"}
    assert look(repo.root).changed == ("neu ü",)


def test_a_project_in_a_subfolder(repo: Repo) -> None:
    repo.commit(files={"bäckend/api/onward.toml": "", "bäckend/api/a.py": "1", "other/b.py": "1"})
    repo.write({"other/b.py": "2", "bäckend/api/a.py": "2", "bäckend/api/new.py": "", "new-above": ""})
    project = look(repo.root / "bäckend/api")
    assert project.prefix == "bäckend/api"
    assert project.files == ("a.py", "new.py", "onward.toml")
    assert project.changed == ("a.py", "new.py")
    assert (project.git_root, project.git_dir) == (repo.root, repo.root / ".git")
    assert look(repo.root / "bäckend/api", base="HEAD~1").changed == ("a.py", "new.py", "onward.toml")
    repo.git("checkout", "--quiet", "--", "bäckend")
    (repo.root / "bäckend/api/new.py").unlink()
    assert not look(repo.root / "bäckend/api").revision.dirty


def test_a_linked_work_tree(repo: Repo, tmp_path: Path) -> None:
    linked = repo.linked(tmp_path / "linked tree", "topic")
    commit = linked.commit(files={"topic.py": ""})
    project = look(linked.root)
    assert (project.git_root, project.git_dir) == (linked.root, repo.root / ".git")
    assert (project.revision.head, project.revision.branch) == (commit, "topic")
    assert (project.revision.base, project.changed) == (repo.head, ("topic.py",))


def test_an_empty_repository(tmp_path: Path) -> None:
    repo = make(tmp_path / "empty")
    nothing = look(repo.root)
    assert (nothing.files, nothing.changed, nothing.revision.head) == ((), None, None)
    assert nothing.revision.base_from == "the repository has no commit yet"
    repo.write({"a.py": "", "b.py": ""}).git("add", "a.py")
    assert look(repo.root).files == ("a.py", "b.py")
    with pytest.raises(UsageError):
        look(repo.root, base="main")


def test_a_shallow_clone(repo: Repo, tmp_path: Path) -> None:
    repo.commit(files={"second": ""})
    repo.branch("topic").commit(files={"third": ""})
    clone = repo.clone(tmp_path / "clone", depth=1)
    project = look(clone.root)
    assert project.revision.shallow
    assert (project.revision.base, project.changed) == (None, None)
    assert "shallow" in project.revision.base_from


@pytest.mark.parametrize("bare", [True, False])
def test_no_work_tree(repo: Repo, tmp_path: Path, bare: bool) -> None:  # noqa: FBT001  # a parameter of pytest's
    root = repo.clone(tmp_path / "bare.git", bare=True).root if bare else repo.root / ".git"
    with pytest.raises(RepositoryError, match="bare repository or a"):
        look(root)


def test_not_a_repository(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="not a git repository") as caught:
        look(tmp_path, {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    assert "git init" in caught.value.hint
    assert caught.value.where == str(tmp_path)
    with pytest.raises(RepositoryError, match="does not exist"):
        look(tmp_path / "missing")


def test_no_git(repo: Repo, tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="No such file or directory: 'git'"):
        look(repo.root, {"PATH": str(tmp_path)})


def test_a_broken_index(repo: Repo) -> None:
    (repo.root / ".git/index").write_bytes(b"garbage")
    with pytest.raises(RepositoryError, match="git failed"):
        look(repo.root)


def test_submodules_are_skipped(repo: Repo, tmp_path: Path) -> None:
    make(tmp_path / "library", {"lib.py": ""})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", f"file://{tmp_path}/library", "vendor")
    repo.commit()
    make(repo.root / "nested", {"inner.py": ""})
    assert look(repo.root).files == (".gitignore", ".gitmodules", "README", "app/main.py")


def test_a_sparse_checkout(repo: Repo) -> None:
    repo.git("sparse-checkout", "set", "--no-cone", "app")
    assert look(repo.root).files == ("app/main.py",)
    assert not look(repo.root).revision.dirty


def test_a_conflict_is_listed_once(repo: Repo) -> None:
    repo.branch("one").commit(files={"README": "one\n"})
    repo.switch("main").commit(files={"README": "two\n"})
    with pytest.raises(AssertionError):
        repo.git("merge", "--quiet", "one")
    project = look(repo.root)
    assert project.files.count("README") == 1
    assert "README" in (project.changed or ())


def test_detached(repo: Repo) -> None:
    repo.git("switch", "--quiet", "--detach")
    assert look(repo.root).revision.branch is None


# The digest of the tree


def test_the_digest_is_of_contents_only(repo: Repo, tmp_path: Path) -> None:
    first = look(repo.root).revision.tree
    other = make(tmp_path / "other", FILES)
    assert look(other.root).revision.tree == first
    os.utime(repo.root / "README")
    assert look(repo.root).revision.tree == first
    repo.write({"README": "changed\n", "new": "n"})
    (repo.root / "app/main.py").chmod(0o755)
    changed = look(repo.root).revision.tree
    assert changed != first
    repo.git("add", "README")
    assert look(repo.root).revision.tree == changed
    repo.commit()
    assert look(repo.root).revision.tree == changed


def test_the_digest_sees_included_files(repo: Repo) -> None:
    repo.write({".env": "A=1"})
    first = look(repo.root, include=(".env",)).revision.tree
    repo.write({".env": "A=2"})
    assert look(repo.root, include=(".env",)).revision.tree != first


# The base


def test_base_by_flag(repo: Repo) -> None:
    first = repo.head
    repo.commit(files={"README": "changed\n", "gone": ""})
    repo.git("rm", "--quiet", "gone", "app/main.py")
    repo.commit()
    repo.write({"new": ""})
    project = look(repo.root, base="HEAD~2")
    assert (project.revision.base, project.revision.base_from) == (first, "--base HEAD~2")
    assert project.changed == ("README", "app/main.py", "new")


@pytest.mark.parametrize("name", ["nope", "", "--help", "HEAD:README", "HEAD~9"])
def test_a_base_that_does_not_exist(repo: Repo, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        look(repo.root, base=name)
    assert caught.value.where == "--base"


def test_base_is_the_merge_base_with_the_default_branch(repo: Repo, tmp_path: Path) -> None:
    fork = repo.head
    clone = repo.clone(tmp_path / "clone")
    clone.branch("topic").commit(files={"topic.py": ""})
    repo.commit(files={"later": ""})
    clone.git("fetch", "--quiet")
    project = look(clone.root)
    assert (project.revision.base, project.revision.base_from) == (fork, "merge base with origin/main")
    assert project.changed == ("topic.py",)
    assert look(clone.root, branch="trunk").revision.base is None


def test_changes_that_are_undone_in_the_work_tree_are_none(repo: Repo) -> None:
    repo.branch("topic").commit(files={"README": "changed\n", "app/main.py": "print(2)\n"})
    repo.write({"README": "hello\n"})
    assert look(repo.root).changed == ("app/main.py",)


def test_no_base_says_why(repo: Repo) -> None:
    repo.git("branch", "--move", "trunk")
    project = look(repo.root)
    assert (project.revision.base, project.changed) == (None, None)
    assert "default branch is main" in project.revision.base_from


def test_base_of_a_pull_request(repo: Repo, tmp_path: Path) -> None:
    fork = repo.head
    repo.branch("release").commit(files={"release": ""})
    clone = repo.clone(tmp_path / "clone")
    clone.branch("topic").commit(files={"topic": ""})
    assert look(clone.root, {"GITHUB_BASE_REF": "main"}).revision.base == fork
    project = look(clone.root, {"GITHUB_BASE_REF": "release"})
    assert (project.revision.base, project.changed) == (repo.head, ("topic",))
    missing = look(clone.root, {"GITHUB_BASE_REF": "absent"}).revision
    assert (missing.base, "GITHUB_BASE_REF is absent" in missing.base_from) == (None, True)


def push(tmp_path: Path, event: object) -> Mapping[str, str]:
    (tmp_path / "event.json").write_text(json.dumps(event))
    return {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}


def test_base_of_a_push(repo: Repo, tmp_path: Path) -> None:
    before = repo.head
    repo.commit(files={"a": ""})
    project = look(repo.root, push(tmp_path, {"before": before}))
    assert (project.revision.base, project.changed) == (before, ("a",))
    unknown = look(repo.root, push(tmp_path, {"before": "1" * 40})).revision
    assert (unknown.base, "GitHub names" in unknown.base_from) == (None, True)


@pytest.mark.parametrize("event", [{"before": "0" * 40}, {}, [], {"before": 3}])
def test_a_push_without_a_before_falls_back(repo: Repo, tmp_path: Path, event: object) -> None:
    assert look(repo.root, push(tmp_path, event)).revision.base_from == "merge base with main"


def test_a_push_whose_event_cannot_be_read_falls_back(repo: Repo, tmp_path: Path) -> None:
    for place in (tmp_path / "missing.json", tmp_path):
        env = {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(place)}
        assert look(repo.root, env).revision.base_from == "merge base with main"


# In a hook, and without leaving a trace


def test_a_hook_may_set_what_it_likes(repo: Repo, tmp_path: Path) -> None:
    other = make(tmp_path / "other", {"other": ""})
    hook = {"GIT_DIR": str(other.root / ".git"), "GIT_WORK_TREE": str(other.root), "GIT_PREFIX": "x/"}
    assert look(repo.root, hook).files == look(repo.root).files


def test_a_survey_writes_nothing(repo: Repo) -> None:
    repo.write({"README": "changed\n", "new": ""})
    os.utime(repo.root / "app/main.py", (1, 1))
    before = {path: path.lstat() for path in repo.root.rglob("*")}
    look(repo.root)
    after = {path: path.lstat() for path in repo.root.rglob("*")}
    assert {path: at.st_mtime_ns for path, at in before.items()} == {path: at.st_mtime_ns for path, at in after.items()}
