"""Make a mirror of a repository that borrows its objects and holds canary secrets before and after all of its history.

A scanner that finds both canaries in the mirror has read the history between them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from pathlib import Path

from .....guest.canary_secret import FILE, line
from .....guest.write_shape import write_shape
from ...shapes import History

# seconds since 1970: before and after every commit that a clock can have made
DATES = {"first": 86400, "last": 4102444800}


class Git:
    """git in one repository, untouched by any configuration of the user's."""

    def __init__(self, folder: Path) -> None:
        self._argv = ["git", "-c", "safe.directory=*", "-c", "core.hooksPath=/dev/null", "--git-dir", str(folder)]

    def run(self, *argv: str, text: str = "", date: int = 0) -> str:
        """Return what git printed; a failure ends this program."""
        people = {f"GIT_{who}_{what}": "onward" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        dates = {f"GIT_{who}_DATE": f"@{date} +0000" for who in ("AUTHOR", "COMMITTER")}
        env = {**os.environ, **people, **dates}
        command = [*self._argv, *argv]
        return subprocess.run(
            command, input=text, stdout=subprocess.PIPE, text=True, env=env, check=True
        ).stdout.strip()


def borrow(source: Path, mirror: Path, head: str) -> Git:
    """Make the mirror: the objects stay where they are, the references are copied."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--template=", str(mirror)], check=True)
    (mirror / "objects" / "info").mkdir(exist_ok=True)
    (mirror / "objects" / "info" / "alternates").write_text(f"{source / 'objects'}\n", encoding="utf-8")
    if (source / "shallow").exists():
        (mirror / "shallow").write_bytes((source / "shallow").read_bytes())
    git = Git(mirror)
    commits = sorted(referenced(Git(source)) | ({head} if head else set()))
    # under names of their own: the mirror's HEAD must not come to stand on one of them
    lines = [f"create refs/heads/m{number} {commit}\n" for number, commit in enumerate(commits)]
    git.run("update-ref", "--stdin", text="".join(lines))
    return git


def referenced(git: Git) -> set[str]:
    """Return the commits that the references of a repository lead to, through tags or not."""
    named = git.run("for-each-ref", "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname)")
    words = [line.split() for line in named.splitlines()]
    direct = {line[1] for line in words if line[0] == "commit"}
    return direct | {line[3] for line in words if line[2:3] == ["commit"]}


def missing_objects(source: Path, git: Git) -> int:
    """Return how many objects of the history a partial clone has left behind."""
    if not any((source / "objects" / "pack").glob("*.promisor")):
        return 0
    listed = git.run("rev-list", "--all", "--objects", "--missing=print", "--no-object-names")
    return sum(1 for line in listed.splitlines() if line.startswith("?"))


def plant(git: Git, name: str, date: int) -> tuple[str, str]:
    """Commit a canary on a line of its own and remove it again; return the commit that holds it and the one without it."""
    blob = git.run("hash-object", "-w", "--stdin", text=line())
    full = git.run("mktree", text=f"100644 blob {blob}\t{FILE}\n")
    empty = git.run("mktree")
    added = git.run("commit-tree", full, "-m", "canary", date=date)
    removed = git.run("commit-tree", empty, "-p", added, "-m", "canary removed", date=date + 1)
    git.run("update-ref", f"refs/heads/onward-canary-{name}", removed)
    return added, removed


def main() -> None:
    """Make the mirror and write down what is in it."""
    parser = argparse.ArgumentParser()
    for name in ("--git", "--mirror", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--head", default="")
    asked = parser.parse_args()
    source = asked.git.resolve()
    git = borrow(source, asked.mirror, asked.head)
    commits = int(git.run("rev-list", "--all", "--count"))
    kinds = git.run("cat-file", "--batch-all-objects", "--batch-check=%(objecttype)", "--unordered").splitlines()
    missing = missing_objects(source, git)
    planted = [plant(git, name, date) for name, date in DATES.items()]
    history = History(
        commits=commits,
        blobs=kinds.count("blob"),
        missing=missing,
        shallow=(source / "shallow").exists(),
        canaries=tuple(holding for holding, _ in planted),
        # each line of a canary adds its blob and removes it
        planted_commits=sum(map(len, planted)),
        planted_blobs=len(planted),
        file=FILE,
    )
    # each loose reference is a file more to search
    git.run("pack-refs", "--all")
    write_shape(asked.out, history)


if __name__ == "__main__":
    main()
