"""Bad input, as a user meets it: each case says what happened, where and what to do next, and nothing is green."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import sys
import threading
from pathlib import Path

import pytest

from kit import confined, repos, tiny
from kit.aftermath import is_gone
from kit.invocations import Onward, Said

MIB = 1024 * 1024
OFFLINE = ("--offline",)


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    return Onward(tmp_path / "home")


def refused(said: Said, code: int = 2) -> str:
    """Assert that nothing ran, that all three questions are answered, and that both forms say the same; return the text."""
    assert said.code == code, said.err
    document = said.document
    assert document["exit_code"] == code
    assert document["verdict"] == "unverified"
    assert (document["gates"], document["steps"]) == ([], [])
    error = document["error"]
    assert error["message"]
    assert error["hint"]
    assert error["hint"] in said.err
    assert error["where"] in said.err
    assert "Traceback" not in said.err
    return said.err


def reason(said: Said, gate: str = tiny.GATE) -> str:
    """Assert that `gate` is unverified and that nothing is green, and return the reason's code."""
    assert said.code == 3, said.err + said.out
    assert said.document["verdict"] == "unverified"
    entry = said.gate(gate)
    assert entry["verdict"] == "unverified", entry
    assert "passed" not in {item["verdict"] for item in said.document["gates"]}
    assert len(entry["reason"]["text"]) > 10
    return str(entry["reason"]["code"])


# the definition


def test_no_definition(tmp_path: Path, onward: Onward) -> None:
    repo = repos.make(tmp_path / "empty", {"README": "nothing\n"})
    text = refused(onward.run(cwd=repo.root))
    assert "no onward.toml found" in text
    assert str(repo.root) in text
    assert "onward init" in text


def test_broken_toml(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny", **{"onward.toml": 'schema = 1\n\n[project\nname = "x"\n'})
    text = refused(onward.run(cwd=repo.root))
    assert "onward.toml:3" in text


def test_not_text(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    (repo.root / "onward.toml").write_bytes(b'schema = 1\nname = "\xff\xfe"\n')
    assert "onward.toml" in refused(onward.run(cwd=repo.root))


def test_a_folder_in_place_of_the_definition(tmp_path: Path, onward: Onward) -> None:
    repo = repos.make(tmp_path / "odd", {"onward.toml/README": "a folder\n"})
    assert "onward.toml" in refused(onward.run(cwd=repo.root))


def test_every_mistake_at_once(tmp_path: Path, onward: Onward) -> None:
    wrong = '[project]\nname = "x"\npyton = ["3.11"]\nsource = "app"\n[gates.lnt]\n[gates.tests]\ntimeout = 5\n'
    repo = tiny.make(tmp_path / "tiny", **{"onward.toml": f"schema = 1\n{wrong}"})
    said = onward.run(cwd=repo.root)
    text = refused(said)
    assert "mistakes" in text
    for line, key, hint in (
        (4, "project.pyton", 'did you mean "python"?'),
        (5, "project.source", "list"),
        (6, "gates.lnt", 'did you mean "lint"?'),
        (8, "gates.tests.timeout", "unit"),
    ):
        (told,) = [row for row in text.splitlines() if key in row]
        assert f"onward.toml:{line}" in told
        assert hint in told
        assert key in said.document["error"]["message"]


def test_a_definition_of_the_future(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny", **{"onward.toml": 'schema = 1\nrequires = ">=99"\nfuture = true\n'})
    text = refused(onward.run(cwd=repo.root))
    assert ">=99" in text


def test_unknown_gate(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    text = refused(onward.run("secrts", *OFFLINE, cwd=repo.root))
    assert 'unknown gate "secrts"' in text
    assert 'did you mean "secrets"?' in text


@pytest.mark.parametrize("ledger", ["baseline", "ratchet"])
def test_conflict_markers_in_a_ledger(tmp_path: Path, onward: Onward, ledger: str) -> None:
    conflict = "<<<<<<< ours\n=======\n>>>>>>> theirs\n"
    repo = tiny.make(tmp_path / "tiny", **{f".onward/{ledger}.jsonl": conflict})
    text = refused(onward.run(tiny.GATE, *OFFLINE, cwd=repo.root))
    for line in (1, 2, 3):
        assert f".onward/{ledger}.jsonl:{line}: conflict marker" in text


def test_torn_ledger(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny", **{".onward/baseline.jsonl": '{"gate": "lint", "fing\n'})
    assert ".onward/baseline.jsonl:1" in refused(onward.run(tiny.GATE, *OFFLINE, cwd=repo.root))


@pytest.mark.parametrize(
    ("env", "words"), [({"ONWARD_OFFLINE": "1"}, ()), ({}, ("--offline",)), ({"ONWARD_PROFILE": "ci"}, ("--offline",))]
)
def test_ci_refuses_to_be_offline(tmp_path: Path, onward: Onward, env: dict[str, str], words: tuple[str, ...]) -> None:
    repo = tiny.make(tmp_path / "tiny")
    profile = () if "ONWARD_PROFILE" in env else ("--profile", "ci")
    text = refused(onward.run(*profile, *words, cwd=repo.root, env=env))
    assert "ci cannot run offline" in text


# the repository


def test_not_a_repository(tmp_path: Path, onward: Onward) -> None:
    root = tmp_path / "plain"
    for path, text in tiny.FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    said = onward.run(tiny.GATE, cwd=root, env={"GIT_CEILING_DIRECTORIES": str(tmp_path)})
    text = refused(said)
    assert "git init" in text
    assert str(root) in text


def test_no_git_at_all(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    assert "git" in refused(onward.run(tiny.GATE, cwd=repo.root, env={"PATH": str(tmp_path)}))


def test_a_bare_repository(tmp_path: Path, onward: Onward) -> None:
    bare = tiny.make(tmp_path / "tiny").clone(tmp_path / "bare", bare=True)
    (bare.root / "onward.toml").write_text(tiny.ONWARD)
    assert "work tree" in refused(onward.run(tiny.GATE, cwd=bare.root))


def test_an_empty_repository_has_nothing_to_pass(tmp_path: Path, onward: Onward) -> None:
    repo = repos.make(tmp_path / "empty")
    definition = tiny.ONWARD.partition("[gates.own]")[0]
    repo.write({"onward.toml": definition})
    said = onward.run("--profile", "quick", *OFFLINE, "format", "lint", "security", cwd=repo.root)
    assert said.code == 3
    assert {gate["verdict"] for gate in said.document["gates"]} == {"not_run"}
    assert said.document["revision"]["head"] is None


def test_before_the_first_commit_the_files_are_looked_at(tmp_path: Path, onward: Onward) -> None:
    repo = repos.make(tmp_path / "new").write(tiny.FILES)
    said = onward.run(tiny.GATE, *OFFLINE, cwd=repo.root)
    assert said.code == 0, said.err
    assert said.document["revision"] | {"tree": ""} == {
        "head": None, "base": None, "branch": "main", "tree": "", "dirty": True,
    }  # fmt: skip


def test_a_base_that_does_not_exist(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    assert "v0.9" in refused(onward.run(tiny.GATE, *OFFLINE, "--base", "v0.9", cwd=repo.root))


@pytest.mark.tools
@pytest.mark.slow
def test_a_shallow_clone_hides_history(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    repo.commit("More", {"app/more.py": ""})
    shallow = repo.clone(tmp_path / "shallow", depth=1)
    said = onward.run("secrets", *OFFLINE, cwd=shallow.root)
    assert reason(said, "secrets") == "shallow-history"
    assert "git fetch --unshallow" in said.gate("secrets")["reason"]["text"]


@pytest.mark.tools
@pytest.mark.slow
def test_a_linked_work_tree_sees_the_whole_history(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    key = "AWS_KEY = 'AKIA" + "Z7QXN2DM4KTV5WRB'\nAWS_SECRET = '" + "hV3kQ9xT2mZ8wL5cR7nB1yJ4dF6gS0pAeUiOqXvK'\n"
    repo.commit("A key", {"app/keys.py": key})
    repo.commit("Gone again", {"app/keys.py": ""})
    linked = repo.linked(tmp_path / "linked tree", "feature")
    said = onward.run("secrets", *OFFLINE, cwd=linked.root)
    entry = said.gate("secrets")
    assert said.code == 1, entry
    assert {finding["path"] for finding in entry["findings"]} == {"app/keys.py"}


def test_a_project_in_a_subfolder(tmp_path: Path, onward: Onward) -> None:
    inner = {f"services/tiny/{path}": text for path, text in tiny.FILES.items()}
    repo = repos.make(tmp_path / "mono", {**inner, "app/broken.py": "def\n", "README": "outside\n"})
    said = onward.run(tiny.GATE, *OFFLINE, cwd=repo.root / "services" / "tiny" / "app")
    assert said.code == 0, said.err
    assert said.document["prefix"] == "services/tiny"


NAMES = 'a b/çé ☃\'s "q" $(x)'


@pytest.mark.tools
def test_spaces_and_foreign_letters(tmp_path: Path, onward: Onward) -> None:
    odd = {"app/mit Ümlaut und 空.py": "X = 1\n", "app/neu\nzeile.py": "Y = 1\n", "app/-dash.py": "Z = 1\n"}
    repo = tiny.make(tmp_path / NAMES, check='test -f "app/mit Ümlaut und 空.py" && echo checked 3 files\n', **odd)
    said = onward.run(tiny.GATE, "security", "format", *OFFLINE, cwd=repo.root)
    verdicts = {gate["gate"]: gate["reason"] for gate in said.document["gates"] if gate["verdict"] != "not_run"}
    assert said.code == 0, verdicts
    (step,) = [step for step in said.document["steps"] if step["gate"] == "security"]
    assert step["looked_at"][0]["count"] == 5


@pytest.mark.tools
def test_names_that_are_not_text(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    place = os.fsencode(repo.root / "app") + b"/caf\xe9.py"
    with open(place, "wb") as file:  # noqa: PTH123  # a name that no str path literal can spell
        file.write(b"X = 1\n")
    repo.commit()
    said = onward.run(tiny.GATE, "security", *OFFLINE, cwd=repo.root)
    assert said.code in (0, 3), said.err
    assert said.gate(tiny.GATE)["verdict"] == "passed"
    assert "Traceback" not in said.err


# size


def test_a_huge_ignored_file_is_left_alone(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny", **{".gitignore": "dump.sql\n"})
    with (repo.root / "dump.sql").open("wb") as file:
        file.truncate(3 * 1024 * MIB)
    said = onward.run(tiny.GATE, *OFFLINE, cwd=repo.root)
    assert said.code == 0, said.err
    assert said.document["revision"]["dirty"] is False
    assert sum(path.stat().st_blocks * 512 for path in onward.state.rglob("*")) < MIB


@pytest.mark.slow
def test_a_huge_tracked_file_is_there_for_the_tools(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny", check="wc -c < data.bin | sed 's/^/checked /; s/$/ files/'\n")
    with (repo.root / "data.bin").open("wb") as file:
        file.truncate(100 * MIB)
    repo.commit()
    private = Onward(tmp_path / "home", cache_dir=tmp_path / "cache")
    said = private.run(tiny.GATE, *OFFLINE, cwd=repo.root)
    assert said.code == 0, said.err
    assert said.document["steps"][0]["looked_at"][0]["count"] == 100 * MIB


# a tool that misbehaves


MISBEHAVIOUR = {
    "garbage": ("head -c 5000 /dev/urandom\n", "unreadable"),
    "nothing": ("exit 0\n", "unreadable"),
    "counted nothing": ("echo checked 0 files\n", "looked-at-too-little"),
    "too much": ("head -c 120000000 /dev/zero\n", "too-large"),
    "ended by a signal": ("echo checked 3 files; kill -SEGV $$\n", "signal"),
    "out of memory": ("echo checked 3 files; kill -KILL $$\n", "signal"),
    "not started by a shell": ("exit 127\n", "exit-code"),
}


@pytest.mark.parametrize("case", MISBEHAVIOUR)
def test_a_program_that_misbehaves(tmp_path: Path, onward: Onward, case: str) -> None:
    check, code = MISBEHAVIOUR[case]
    repo = tiny.make(tmp_path / "tiny", check=check)
    said = onward.run(tiny.GATE, *OFFLINE, cwd=repo.root)
    assert reason(said) == code, said.gate(tiny.GATE)["reason"]
    assert not re.search(r"[\x00-\x08\x0e-\x1f]", said.err)


@pytest.mark.parametrize("form", ["sarif", "junit", "evidence"])
@pytest.mark.parametrize("output", ["head -c 5000 /dev/urandom", "true", "echo '{}'", "echo '<testsuite/>'"])
def test_reports_that_say_nothing(tmp_path: Path, onward: Onward, form: str, output: str) -> None:
    words = f'command = ["sh", "check.sh"]\nformat = "{form}"\n'
    repo = tiny.make(tmp_path / "tiny", check=f"{output}\n", **{"onward.toml": tiny.gate(words)})
    said = onward.run(tiny.GATE, *OFFLINE, cwd=repo.root)
    assert reason(said) in {"unreadable", "nothing-counted", "looked-at-too-little"}


def test_findings_cannot_take_over_the_terminal_or_read_other_files(tmp_path: Path, onward: Onward) -> None:
    finding = {
        "rule": "x\x1b[2J", "tool": "t", "message": "\x1b]0;title\x07 over\rwritten \x1b[31mred", "severity": "high",
        "place": {"path": "../../../../../../etc/passwd", "line": 1},
    }  # fmt: skip
    evidence = {"looked_at": [{"what": "files", "count": 1}], "findings": [finding]}
    words = 'command = ["cat", "evidence.json"]\nformat = "evidence"\n'
    files = {"onward.toml": tiny.gate(words), "evidence.json": json.dumps(evidence)}
    repo = tiny.make(tmp_path / "tiny", **files)
    said = onward("run", tiny.GATE, *OFFLINE, cwd=repo.root)
    assert said.code == 1, said.err
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", said.out + said.err)
    (events,) = onward.state.glob("runs/*/events.jsonl")
    assert "root:" not in events.read_text()


def test_a_program_that_hangs(tmp_path: Path, onward: Onward) -> None:
    hangs = "trap '' TERM\necho checked 3 files\nsleep 600 &\nsleep 600\n"
    words = tiny.ONWARD.replace('"20s"', '"1s"')
    repo = tiny.make(tmp_path / "tiny", check=hangs, **{"onward.toml": words})
    said = onward.run(tiny.GATE, *OFFLINE, cwd=repo.root)
    assert reason(said) == "timeout"


def test_a_program_that_leaves_a_child_behind(tmp_path: Path, onward: Onward) -> None:
    check = 'sleep 600 &\necho $! > "$TMPDIR/../../$PPID.left" 2>/dev/null\necho $! >&2\necho checked 3 files\n'
    repo = tiny.make(tmp_path / "tiny", check=check)
    said = onward.run(tiny.GATE, *OFFLINE, cwd=repo.root)
    assert said.code == 0, said.err
    (log,) = onward.state.rglob("log.txt")
    pid = next(line for line in log.read_text().splitlines() if line.isdigit())
    assert is_gone(int(pid))


@pytest.mark.parametrize(
    ("program", "code"), [("nowhere-to-be-found", "unstarted"), ("./check.sh", "unstarted"), ("./app", "unstarted")]
)
def test_a_program_that_cannot_be_started(tmp_path: Path, onward: Onward, program: str, code: str) -> None:
    words = f'command = ["{program}"]\nformat = "exit"\ncount = \'files=(\\d+)\'\n'
    repo = tiny.make(tmp_path / "tiny", **{"onward.toml": tiny.gate(words)})
    said = onward.run(tiny.GATE, *OFFLINE, cwd=repo.root)
    assert reason(said) == code
    assert program.removeprefix("./") in said.gate(tiny.GATE)["reason"]["text"]


# a machine without free disk space


NOISY = "head -c 20000000 /dev/urandom | base64\necho checked 3 files\n"


def test_the_records_are_on_a_full_disk(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    full = confined.small_disk(onward.state, "64k", fill=True)
    said = confined.call(onward, full, "run", "--format", "json", tiny.GATE, "--offline", cwd=repo.root, env={})
    text = refused(said, 3)
    assert "No space left" in text
    assert str(onward.state) in text
    assert "ONWARD_STATE_DIR" in text


def test_the_cache_is_on_a_full_disk(tmp_path: Path) -> None:
    private = Onward(tmp_path / "home", cache_dir=tmp_path / "cache")
    repo = tiny.make(tmp_path / "tiny")
    full = confined.small_disk(private.cache, "64k", fill=True)
    said = confined.call(private, full, "run", "--format", "json", tiny.GATE, "--offline", cwd=repo.root, env={})
    assert reason(said) == "provision"
    assert "No space left" in said.gate(tiny.GATE)["reason"]["text"]
    assert "ONWARD_CACHE_DIR" in said.gate(tiny.GATE)["reason"]["text"]


def test_the_temporary_folder_is_full(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    temporary = tmp_path / "tmp"
    full = (
        confined.small_disk(temporary, "64k", fill=True)
        + f"touch {temporary}/a && while mkdir {temporary}/$i 2>/dev/null; do i=x$i; done || true\n"
    )
    env = {"TMPDIR": str(temporary)}
    said = confined.call(onward, full, "run", "--format", "json", tiny.GATE, "--offline", cwd=repo.root, env=env)
    assert said.code in (0, 3)
    assert "Traceback" not in said.err


def test_the_disk_fills_up_while_a_tool_writes(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny", check=NOISY)
    small = confined.small_disk(onward.state, "4m", fill=False)
    said = confined.call(onward, small, "run", "--format", "json", tiny.GATE, "--offline", cwd=repo.root, env={})
    assert said.code == 3, said.err
    assert said.document["verdict"] == "unverified"
    assert said.gate(tiny.GATE)["verdict"] == "unverified"
    assert said.document["error"]["kind"] == "record"
    assert "No space left" in said.err
    assert "Traceback" not in said.err


HOMELESS = {"ONWARD_CACHE_DIR": "", "ONWARD_STATE_DIR": ""}


def test_read_only_home(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    home = tmp_path / "sealed"
    env = {**HOMELESS, "HOME": str(home)}
    said = confined.call(
        onward, confined.read_only(home), "run", "--format", "json", tiny.GATE, "--offline", cwd=repo.root, env=env
    )
    text = refused(said, 3)
    assert "Read-only file system" in text
    assert str(home) in text
    assert "ONWARD_STATE_DIR" in text


@pytest.mark.parametrize("words", [("plan",), ("config",), ("doctor",), ("cache", "list"), ("show",)])
def test_looking_needs_no_home(tmp_path: Path, onward: Onward, words: tuple[str, ...]) -> None:
    repo = tiny.make(tmp_path / "tiny")
    home = tmp_path / "sealed"
    env = {**HOMELESS, "HOME": str(home), "ONWARD_OFFLINE": "1"}
    said = confined.call(onward, confined.read_only(home), *words, cwd=repo.root, env=env)
    assert said.code == (3 if words == ("show",) else 0), said.err
    assert "Traceback" not in said.err


def test_read_only_cache(tmp_path: Path) -> None:
    private = Onward(tmp_path / "home", cache_dir=tmp_path / "cache")
    repo = tiny.make(tmp_path / "tiny")
    said = confined.call(
        private, confined.read_only(private.cache), "run", "--format", "json", tiny.GATE, "--offline",
        cwd=repo.root, env={},
    )  # fmt: skip
    assert reason(said) == "provision"
    assert "Read-only file system" in said.gate(tiny.GATE)["reason"]["text"]


def test_no_home_at_all(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    said = onward.run(tiny.GATE, "--offline", cwd=repo.root, env={**HOMELESS, "HOME": ""})
    assert "HOME is not set" in refused(said)


def test_a_place_that_is_a_file(tmp_path: Path, onward: Onward) -> None:
    repo = tiny.make(tmp_path / "tiny")
    place = tmp_path / "a file"
    place.write_text("")
    assert str(place) in refused(
        onward.run(tiny.GATE, "--offline", cwd=repo.root, env={"ONWARD_STATE_DIR": str(place)}), 3
    )
    said = onward.run(tiny.GATE, "--offline", cwd=repo.root, env={"ONWARD_CACHE_DIR": str(place)})
    assert reason(said) == "provision"


# services without a port


REDIS = """
[services.redis]
image = "redis:7"
variable = "REDIS_URL"
"""
PING = r"""import os, socket, urllib.parse
address = urllib.parse.urlsplit(os.environ["REDIS_URL"])
with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
    connection.sendall(b"PING\r\n")
    assert connection.recv(64)
print("checked 1 files")
"""


def served(root: Path) -> repos.Repo:
    """Make a project whose gate needs Redis."""
    definition = tiny.ONWARD.replace('["sh", "check.sh"]', '["python", "ping.py"]')
    more = 'services = ["redis"]\nenvironment = true\n'
    return tiny.make(root, **{"onward.toml": definition + more + REDIS, "ping.py": PING})


@pytest.mark.services
def test_a_given_port_is_taken_by_something_else(tmp_path: Path, onward: Onward) -> None:
    repo = served(tmp_path / "served")
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=answer_nonsense, args=(other,), daemon=True).start()
        url = f"redis://127.0.0.1:{other.getsockname()[1]}/0"
        said = onward.run(tiny.GATE, "--offline", cwd=repo.root, env={"ONWARD_REDIS_URL": url})
    (step,) = said.document["steps"]
    assert said.code == 0, step["reason"]
    assert step["services"][0]["provider"] != "given"
    assert "ONWARD_REDIS_URL" in said.document["steps"][0]["services"][0]["ran"] or said.err


def answer_nonsense(server: socket.socket) -> None:
    """Answer like a web server, as long as somebody asks."""
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(64)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.services
def test_every_port_is_taken(tmp_path: Path, onward: Onward) -> None:
    repo = served(tmp_path / "served")
    onward.run(tiny.GATE, "--offline", cwd=repo.root)
    taken = (
        "ip link set lo up\necho '40000 40003' > /proc/sys/net/ipv4/ip_local_port_range\n"
        f"{sys.executable} -c 'import socket, time\n"
        'held = [socket.create_server(("127.0.0.1", port)) for port in range(40000, 40004)]\n'
        'print(flush=True)\ntime.sleep(60)\' > "$TMPDIR/ports" &\ntrap "kill $!" EXIT\n'
        'until [ -s "$TMPDIR/ports" ]; do sleep 0.1; done\n'
    )
    env = {"TMPDIR": str(tmp_path)}
    words = ("run", "--format", "json", tiny.GATE, "--offline")
    said = confined.call(onward, taken, *words, cwd=repo.root, env=env, network=True)
    assert reason(said) == "service", said.gate(tiny.GATE)["reason"]
    assert "port" in said.gate(tiny.GATE)["reason"]["text"]
