"""The programs behind the secrets gate: a mirror with canaries, marks that keep a secret, copies of what is staged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kit import guests, repos
from onward.guest.mark_secrets import __main__ as mark_secrets

TOKEN = "gh" + "p_" + "0123456789abcdefghijABCDEFGHIJ012345"


def call(program: str, out: Path, *words: object) -> Any:
    subprocess.run(guests.argv(program, "--out", out, *words), check=True, env=repos.scrubbed(), capture_output=True)
    return json.loads(out.read_text())


def mirror(repo: repos.Repo, tmp_path: Path, *words: str) -> dict[str, Any]:
    git = repo.git("rev-parse", "--path-format=absolute", "--git-common-dir")
    target = tmp_path / "mirror"
    return dict(call("secrets/canary_mirror", tmp_path / "history.json", "--git", git, "--mirror", target, *words))


def log(tmp_path: Path) -> list[str]:
    argv = ["git", "--git-dir", str(tmp_path / "mirror"), "log", "--all", "--format=%H %s"]
    done = subprocess.run(argv, check=True, env=repos.scrubbed(), capture_output=True, text=True)
    return done.stdout.splitlines()


@pytest.fixture
def repo(tmp_path: Path) -> repos.Repo:
    return repos.make(tmp_path / "a shop ü", {"app/a.py": "a = 1\n", "app/b.py": "b = 1\n"})


def test_the_mirror_holds_the_history_between_two_canaries(repo: repos.Repo, tmp_path: Path) -> None:
    repo.commit("Second", {"app/a.py": "a = 2\n"})
    repo.git("tag", "--annotate", "v1", "--message", "v1")
    repo.git("tag", "tree", "HEAD^{tree}")
    document = mirror(repo, tmp_path)
    assert (document["commits"], document["blobs"], document["missing"]) == (2, 3, 0)
    assert (document["planted_commits"], document["planted_blobs"]) == (4, 2)
    assert document["shallow"] is False
    lines = log(tmp_path)
    assert [line.partition(" ")[2] for line in lines] == [
        "canary removed", "canary", "Second", "The beginning", "canary removed", "canary",
    ]  # fmt: skip
    assert {line.partition(" ")[0] for line in (lines[1], lines[5])} == set(document["canaries"])


def test_canaries_differ_from_run_to_run_and_leave_the_repository_alone(repo: repos.Repo, tmp_path: Path) -> None:
    before = repo.git("cat-file", "--batch-all-objects", "--batch-check")
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    first, second = mirror(repo, tmp_path / "1"), mirror(repo, tmp_path / "2")
    assert not set(first["canaries"]) & set(second["canaries"])
    assert repo.git("cat-file", "--batch-all-objects", "--batch-check") == before


def test_a_repository_without_commits(tmp_path: Path) -> None:
    document = mirror(repos.make(tmp_path / "new"), tmp_path)
    assert (document["commits"], document["blobs"]) == (0, 0)
    assert len(log(tmp_path)) == 4


def test_a_shallow_clone_says_so(repo: repos.Repo, tmp_path: Path) -> None:
    repo.commit("Second")
    document = mirror(repo.clone(tmp_path / "shallow", depth=1), tmp_path)
    assert (document["commits"], document["shallow"]) == (1, True)


def test_a_partial_clone_counts_what_is_missing(repo: repos.Repo, tmp_path: Path) -> None:
    repo.commit("Second", {"app/a.py": "a = 2\n"})
    repo.git("config", "uploadpack.allowFilter", "true")
    partial = repos.Repo(tmp_path / "partial")
    repo.git("clone", "--quiet", "--filter=blob:none", f"file://{repo.root}", str(partial.root))
    assert mirror(partial, tmp_path)["missing"] == 1


def test_a_head_that_no_branch_holds_is_history(repo: repos.Repo, tmp_path: Path) -> None:
    linked = repo.linked(tmp_path / "linked", "side")
    head = linked.commit("On the side")
    linked.git("switch", "--quiet", "--detach")
    repo.git("branch", "--quiet", "-D", "side")
    assert mirror(linked, tmp_path, "--head", head)["commits"] == 2


def kingfisher(path: str, line: int, start: int, end: int, **more: Any) -> dict[str, Any]:
    rule = {"id": "pat", "name": "pat", "description": "A token."}
    finding = {"snippet": "[REDACTED:1]", "path": path, "line": line, "column_start": start, "column_end": end}
    return {"rule": rule, "finding": finding | more}


def in_commit(commit: str, path: str) -> dict[str, Any]:
    return {"git_metadata": {"commit": {"id": commit}, "file": {"path": path}}}


def marks(tmp_path: Path, report: Any, tree: Path, *words: object) -> list[dict[str, Any]]:
    (tmp_path / "present.json").write_text(json.dumps(report))
    return list(call("mark_secrets", tmp_path / "s.json", "--tree", tree, *words, tmp_path / "present.json"))


def test_a_secret_has_one_mark_wherever_it_stands(repo: repos.Repo, tmp_path: Path) -> None:
    repo.commit("Leak", {"app/leak.py": f'T = "{TOKEN}"\n'})
    commit = repo.head
    repo.write({"app/moved.py": f"\n\ntoken_of_mine = '{TOKEN}'\n", "app/other.py": f'T = "{TOKEN[:-1]}X"\n'})
    report = {
        "findings": [
            kingfisher("x", 1, 5, 44, **in_commit(commit, "app/leak.py")),
            kingfisher("./app/moved.py", 3, 17, 56),
            kingfisher("./app/other.py", 1, 5, 44),
        ]
    }
    found = marks(tmp_path, report, repo.root, "--git", repo.root / ".git")
    assert found[0]["mark"] == found[1]["mark"] != found[2]["mark"]
    assert [entry["in_history"] for entry in found] == [True, False, False]
    assert found[0]["mark"] == mark_secrets.mark_of(TOKEN.encode())
    assert TOKEN not in (tmp_path / "s.json").read_text()


def test_a_block_of_lines_is_marked_whole(tmp_path: Path) -> None:
    head, tail = "-----BEGIN " + "KEY-----", "-----END " + "KEY-----"
    for name, body in (("a", "AAAA\nBBBB"), ("b", "AAAA\nCCCC")):
        (tmp_path / f"{name}.pem").write_text(f"{head}\n{body}\n{tail}\n")
    report = {"findings": [kingfisher("a.pem", 1, 0, 9), kingfisher("b.pem", 1, 0, 9)]}
    first, second = marks(tmp_path, report, tmp_path)
    assert first["mark"] != second["mark"]


def test_inside_of_an_archive_the_same_secret_elsewhere_lends_its_mark(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f'T = "{TOKEN}"\n')
    report = {"findings": [kingfisher("a.zip!a.py", 1, 5, 44), kingfisher("a.py", 1, 5, 44)]}
    first, second = marks(tmp_path, report, tmp_path)
    assert first["mark"] == second["mark"]


def test_a_secret_that_cannot_be_looked_up_is_marked_by_its_place(tmp_path: Path) -> None:
    report = {"findings": [kingfisher("gone.py", 1, 0, 9), kingfisher("gone.py", 2, 0, 9)]}
    report["findings"][0]["finding"]["snippet"] = "[REDACTED:2]"
    first, second = marks(tmp_path, report, tmp_path)
    assert first["mark"] != second["mark"]


def test_gitleaks_and_its_columns_agree(repo: repos.Repo, tmp_path: Path) -> None:
    repo.commit("Leak", {"app/leak.py": f'x = 1\ntoken = "{TOKEN}"\n'})
    leak = {
        "RuleID": "generic", "Description": "A token.", "File": "app/leak.py", "Commit": repo.head, "StartLine": 2,
        "EndLine": 2, "Match": 'token = "REDACTED"', "StartColumn": 2, "EndColumn": 51,
    }  # fmt: skip
    (found,) = marks(tmp_path, [leak], repo.root, "--git", repo.root / ".git", "--gitleaks")
    assert found["mark"] == mark_secrets.mark_of(TOKEN.encode())


def staged(repo: repos.Repo, tmp_path: Path) -> tuple[dict[str, Any], list[str]]:
    copy = tmp_path / "staged"
    document = call("secrets/staged_copy", tmp_path / "staged.json", "--root", repo.root, "--copy", copy)
    return dict(document), sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file())


def test_staged_and_changed_content_are_copied_apart(repo: repos.Repo, tmp_path: Path) -> None:
    repo.write({".gitignore": "secret.env\n", "app/a.py": "a = 2\n", "app/new ü.py": "", "secret.env": "x"})
    repo.git("add", "app/a.py", ".gitignore")
    repo.write({"app/a.py": "a = 3\n"})
    (repo.root / "app/b.py").unlink()
    index = (repo.root / ".git/index").read_bytes()
    document, paths = staged(repo, tmp_path)
    assert (document["staged"], document["changed"]) == (2, 2)
    assert paths == [
        "index/.gitignore", "index/app/a.py", "onward_canary_settings.py", "work/app/a.py", "work/app/new ü.py",
    ]  # fmt: skip
    assert (tmp_path / "staged/index/app/a.py").read_text() == "a = 2\n"
    assert (repo.root / ".git/index").read_bytes() == index


def test_before_the_first_commit_everything_is_staged(tmp_path: Path) -> None:
    repo = repos.make(tmp_path / "new")
    repo.write({"a.py": "a = 1\n"})
    repo.git("add", "--all")
    document, _ = staged(repo, tmp_path)
    assert document["staged"] == 1


def test_nothing_staged_and_nothing_changed(repo: repos.Repo, tmp_path: Path) -> None:
    document, paths = staged(repo, tmp_path)
    assert (document["staged"], document["changed"]) == (0, 0)
    assert paths == ["onward_canary_settings.py"]
