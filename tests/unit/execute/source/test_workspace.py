"""Workspaces hold exactly the project's files, and the user's own tree is never written to."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kit.repos import Repo, make, scrubbed
from onward.errors import ProvisionError
from onward.execute.source import mirror
from onward.execute.source.mirror import MARKER, Mirror
from onward.execute.source.repository import survey
from onward.execute.source.workspace import Workspaces
from onward.model.facts import Project

FILES = {"app/main.py": "print(1)\n", "app/deep/er/x.py": "x\n", "README": "hello\n", "größe leer.txt": "ü\n"}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return make(tmp_path / "shop", {**FILES, ".gitignore": "*.log\n.env\n"})


def look(repo: Repo, include: tuple[str, ...] = ()) -> Project:
    return survey(repo.root, base=None, environ=scrubbed(), include=include, default_branch="main")


def state(root: Path) -> dict[str, tuple[object, ...]]:
    """Everything below `root` byte for byte, with modes and modification times."""
    return {str(path.relative_to(root)): one(path) for path in sorted(root.rglob("*"))}


def one(path: Path) -> tuple[object, ...]:
    at = path.lstat()
    if path.is_symlink():
        return ("link", str(path.readlink()))
    held = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
    return (held, at.st_mode, at.st_mtime_ns)


def held(folder: Path) -> dict[str, str]:
    """The files of a workspace with their contents, and its folders with a slash; without the marker."""
    found = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_dir():
            found[f"{name}/"] = ""
        else:
            found[name] = path.read_text()
    assert found.pop(MARKER).startswith("gitdir: ")
    return found


EXPECTED = {**FILES, ".gitignore": "*.log\n.env\n", "app/": "", "app/deep/": "", "app/deep/er/": ""}


def test_a_workspace_holds_the_files_and_nothing_else(repo: Repo, tmp_path: Path) -> None:
    repo.write({"debug.log": "", ".env": ""})
    (repo.root / "app/main.py").chmod(0o755)
    (repo.root / "README").chmod(0o444)
    with Workspaces(tmp_path / "cache", look(repo)).own() as folder:
        assert folder.name == "shop"
        assert held(folder) == EXPECTED
        for path in FILES:
            mine, theirs = (folder / path).stat(), (repo.root / path).stat()
            assert (mine.st_mode, mine.st_mtime_ns) == (theirs.st_mode, theirs.st_mtime_ns)
            assert mine.st_ino != theirs.st_ino


def spoil(folder: Path, users: Path) -> None:
    """Do to a workspace what badly behaved steps do."""
    (folder / "app/main.py").write_text("changed\n")
    (folder / "README").unlink()
    (folder / "README").symlink_to(users / "README")
    (folder / "new.txt").write_text("new")
    (folder / "app/__pycache__").mkdir()
    (folder / "app/__pycache__/x.pyc").write_bytes(b"x")
    shutil.rmtree(folder / "app/deep")
    (folder / "app/deep").symlink_to(users / "app/deep")
    (folder / "locked/in").mkdir(parents=True)
    (folder / "locked/in/file").write_text("")
    (folder / "locked/in").chmod(0o500)
    (folder / "locked").chmod(0o500)
    (folder / MARKER).unlink()
    (folder / MARKER).mkdir()
    (folder / MARKER / "HEAD").write_text("")


def test_what_a_step_did_is_undone_and_the_users_tree_untouched(repo: Repo, tmp_path: Path) -> None:
    repo.write({"ignored.log": "mine", ".env": "SECRET=1"})
    workspaces = Workspaces(tmp_path / "cache", look(repo))
    before = state(repo.root)
    for _ in range(2):
        with workspaces.own() as folder:
            assert held(folder) == EXPECTED
            spoil(folder, repo.root)
    with workspaces.own() as folder:
        assert held(folder) == EXPECTED
    assert state(repo.root) == before


def test_a_same_size_change_at_once_is_seen(repo: Repo, tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path / "cache", look(repo))
    for text in ("print(2)\n", "print(3)\n"):
        with workspaces.own() as folder:
            assert (folder / "app/main.py").read_text() == "print(1)\n"
            (folder / "app/main.py").write_text(text)
            (folder / "app/extra").write_text("")
    with workspaces.own() as folder:
        assert held(folder) == EXPECTED


def test_a_folder_in_place_of_a_file_and_the_reverse(repo: Repo, tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path / "cache", look(repo))
    with workspaces.own() as folder:
        (folder / "README").unlink()
        (folder / "README").mkdir()
        (folder / "README/inside").write_text("")
        shutil.rmtree(folder / "app")
        (folder / "app").write_text("a file")
    with workspaces.own() as folder:
        assert held(folder) == EXPECTED
        shutil.rmtree(folder)
        folder.symlink_to(repo.root)
    with workspaces.own() as folder:
        assert held(folder) == EXPECTED
        assert not folder.is_symlink()
    assert (repo.root / ".gitignore").exists()


def test_the_project_changes(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with Workspaces(cache, look(repo)).own() as folder:
        assert held(folder) == EXPECTED
    shutil.rmtree(repo.root / "app/deep")
    repo.write({"app/deep": "now a file\n", "app/main.py": "print(2)\n", "added/one.py": "1\n"})
    (repo.root / "README").unlink()
    with Workspaces(cache, look(repo)).own() as again:
        assert again == folder
        assert held(again) == {
            ".gitignore": "*.log\n.env\n",
            "größe leer.txt": "ü\n",
            "app/": "",
            "app/deep": "now a file\n",
            "app/main.py": "print(2)\n",
            "added/": "",
            "added/one.py": "1\n",
        }


def test_an_edit_after_the_survey_is_not_believed_later(repo: Repo, tmp_path: Path) -> None:
    surveyed = look(repo)
    repo.write({"README": "jello\n"})
    with Workspaces(tmp_path / "cache", surveyed).own() as folder:
        assert (folder / "README").read_text() == "jello\n"
    repo.write({"README": "hello\n"})
    with Workspaces(tmp_path / "cache", look(repo)).own() as folder:
        assert (folder / "README").read_text() == "hello\n"


def test_a_file_that_goes_after_the_survey(repo: Repo, tmp_path: Path) -> None:
    surveyed = look(repo)
    (repo.root / "README").unlink()
    workspaces = Workspaces(tmp_path / "cache", surveyed)
    for _ in range(2):
        with workspaces.own() as folder:
            assert "README" not in held(folder)
            (folder / "README").write_text("made by a step")
    repo.write({"README": "back\n"})
    with workspaces.own() as folder:
        assert (folder / "README").read_text() == "back\n"


def test_symbolic_links(repo: Repo, tmp_path: Path) -> None:
    (repo.root / "relative").symlink_to("app/main.py")
    (repo.root / "dangling").symlink_to("nowhere")
    (repo.root / "absolute").symlink_to(repo.root / "README")
    (repo.root / "foreign").symlink_to("/etc/hostname")
    (repo.root / "folder").symlink_to("app")
    repo.commit()
    with Workspaces(tmp_path / "cache", look(repo)).own() as folder:
        found = held(folder)
        assert {name: found[name] for name in ("relative", "dangling", "foreign", "folder")} == {
            "relative": "-> app/main.py",
            "dangling": "-> nowhere",
            "foreign": "-> /etc/hostname",
            "folder": "-> app",
        }
        # Written through, this one would change the user's own file.
        assert found["absolute"] == f"-> {folder}/README"


def test_included_files(repo: Repo, tmp_path: Path) -> None:
    repo.write({".env": "A=1\n", "debug.log": ""})
    with Workspaces(tmp_path / "cache", look(repo, (".env",))).own() as folder:
        assert held(folder) == {**EXPECTED, ".env": "A=1\n"}


def test_a_large_file_and_an_executable_one(repo: Repo, tmp_path: Path) -> None:
    big = os.urandom(3 * 1024 * 1024 + 17)
    repo.write({"big.bin": big})
    (repo.root / "big.bin").chmod(0o755)
    project = look(repo)
    with Workspaces(tmp_path / "cache", project).own() as folder:
        assert (folder / "big.bin").read_bytes() == big
        assert (folder / "big.bin").stat().st_mode & 0o777 == 0o755
    # The digest of what was copied is git's, so that the next time nothing has to be looked at.
    copies = mirror._load(tmp_path / "cache/workspaces" / slot_of(repo) / "0/copies", mirror.Copies)
    assert copies.tree == project.revision.tree


def test_a_large_file_across_file_systems(repo: Repo, tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system")
    big = os.urandom(2 * 1024 * 1024 + 3)
    repo.write({"big.bin": big})
    with tempfile.TemporaryDirectory(dir=memory) as cache, Workspaces(Path(cache), look(repo)).own() as folder:
        assert (folder / "big.bin").read_bytes() == big


def slot_of(repo: Repo) -> str:
    return hashlib.sha256(os.fsencode(repo.root)).hexdigest()[:16]


def test_names_that_are_not_utf_8(repo: Repo, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    try:
        (repo.root / name).write_text("x\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    workspaces = Workspaces(tmp_path / "cache", look(repo))
    for _ in range(2):
        with workspaces.own() as folder:
            assert held(folder) == {**EXPECTED, name: "x\n"}
            (folder / "extra").write_text("")


def test_an_unchanged_tree_copies_nothing(repo: Repo, tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path / "cache", look(repo))
    with workspaces.own() as folder:
        first = {path: path.lstat().st_ino for path in folder.rglob("*")}
    with workspaces.own() as folder:
        assert {path: path.lstat().st_ino for path in folder.rglob("*")} == first


def test_without_a_digest_both_sides_are_compared(repo: Repo, tmp_path: Path) -> None:
    project = look(repo)
    unknown = replace(project, revision=replace(project.revision, tree=None))
    with Workspaces(tmp_path / "cache", unknown).own() as folder:
        inode = (folder / "README").stat().st_ino
    repo.write({"app/main.py": "print(5)\n"})
    with Workspaces(tmp_path / "cache", unknown).own() as folder:
        assert (folder / "app/main.py").read_text() == "print(5)\n"
        assert (folder / "README").stat().st_ino == inode


@pytest.mark.parametrize("name", ["copies", "originals"])
@pytest.mark.parametrize("garbage", [b"", b"\xff\x00garbage", b"\x93\xa0\x80\x80"])
def test_broken_notes_are_not_believed(repo: Repo, tmp_path: Path, name: str, garbage: bytes) -> None:
    workspaces = Workspaces(tmp_path / "cache", look(repo))
    with workspaces.own() as folder:
        spoil(folder, repo.root)
    (folder.parent / name).write_bytes(garbage)
    before = state(repo.root)
    with workspaces.own() as folder:
        assert held(folder) == EXPECTED
    assert state(repo.root) == before


def test_an_empty_project(tmp_path: Path) -> None:
    repo = make(tmp_path / "empty")
    with Workspaces(tmp_path / "cache", look(repo)).own() as folder:
        assert held(folder) == {}


def test_git_finds_no_repository_above(repo: Repo, tmp_path: Path) -> None:
    make(tmp_path / "outer", {"a": ""})
    with Workspaces(tmp_path / "outer/cache", look(repo)).own() as folder:
        words = ("git", "rev-parse", "--show-toplevel")
        for place in (folder, folder / "app"):
            assert subprocess.run(words, cwd=place, env=scrubbed(), capture_output=True, check=False).returncode == 128


# Several at once


def test_each_has_its_own_and_all_share_one(repo: Repo, tmp_path: Path) -> None:
    with Workspaces(tmp_path / "cache", look(repo)) as workspaces:
        shared = workspaces.shared()
        with workspaces.own() as first, workspaces.own() as second:
            assert len({shared, first, second}) == 3
            assert workspaces.shared() == shared
        with workspaces.own() as third:
            assert third == first
    with Workspaces(tmp_path / "cache", look(repo)).own() as fourth:
        assert fourth == shared


def test_threads_ask_at_once(repo: Repo, tmp_path: Path) -> None:
    with Workspaces(tmp_path / "cache", look(repo)) as workspaces:
        found: list[Path] = []
        threads = [threading.Thread(target=lambda: found.append(workspaces.shared())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        assert len(set(found)) == 1


HOLD = """
import sys
from pathlib import Path
from kit.repos import scrubbed
from onward.execute.source.repository import survey
from onward.execute.source.workspace import Workspaces
root, cache = map(Path, sys.argv[1:])
project = survey(root, base=None, environ=scrubbed(), include=(), default_branch="main")
with Workspaces(cache, project) as workspaces:
    print(workspaces.shared(), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def another_onward(repo: Repo, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    tests = str(Path(__file__).parents[2])
    popen = subprocess.Popen(
        (sys.executable, "-c", HOLD, str(repo.root), str(tmp_path / "cache")),
        env={**scrubbed(), "PYTHONPATH": os.pathsep.join((tests, *sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with popen:
        yield popen
        popen.kill()


def test_another_process_is_not_disturbed(repo: Repo, tmp_path: Path, another_onward: subprocess.Popen[bytes]) -> None:
    assert another_onward.stdout is not None
    theirs = Path(os.fsdecode(another_onward.stdout.readline()).strip())
    repo.write({"README": "changed\n"})
    with Workspaces(tmp_path / "cache", look(repo)) as workspaces:
        assert workspaces.shared() != theirs
        assert (theirs / "README").read_text() == "hello\n"
    another_onward.kill()
    another_onward.wait()
    with Workspaces(tmp_path / "cache", look(repo)) as workspaces:
        assert workspaces.shared() == theirs
        assert (theirs / "README").read_text() == "changed\n"


# What cannot be


def test_a_cache_that_cannot_be_written(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(ProvisionError) as caught, Workspaces(tmp_path / "cache", look(repo)).own():
        pass
    assert "ONWARD_CACHE_DIR" in caught.value.hint
    assert str(tmp_path / "cache") in caught.value.where


def test_a_full_disk(repo: Repo, tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk: the same call fails half-way."""
    script = (
        "import resource, signal, sys; from pathlib import Path; from onward.execute.source.mirror import Mirror\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "root, to = map(Path, sys.argv[1:]); to.mkdir()\n"
        "Mirror(root, to / 'x', to).synchronise(('README', 'big'), None)\n"
    )
    repo.write({"big": b"x" * 200_000})
    words = (sys.executable, "-c", script, str(repo.root), str(tmp_path / "to"))
    done = subprocess.run(words, capture_output=True, check=False)
    assert b"File too large" in done.stderr
    Mirror(repo.root, tmp_path / "to/x", tmp_path / "to").synchronise(("README", "big"), None)
    assert (tmp_path / "to/x/big").read_bytes() == b"x" * 200_000


def test_errors_keep_the_users_words(repo: Repo, tmp_path: Path) -> None:
    project = look(repo)
    (repo.root / "app").rename(repo.root / "gone")
    (repo.root / "app").symlink_to("app")
    with pytest.raises(ProvisionError, match="symbolic links"), Workspaces(tmp_path / "cache", project).own():
        pass
