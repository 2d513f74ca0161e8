"""Sampling a tree of processes: memory and CPU of all of them, and nothing forgotten when one ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from onward.gates.performance.guests.watched import MachineWatch, Processes

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "x = b'x' * 50_000_000; print('up', flush=True); input()"], stdin=subprocess.PIPE)
sys.stdin.readline()
child.communicate(b"\\n")
print("over", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen((sys.executable, "-c", PARENT), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.communicate("\n\n")


def say(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_children_are_part_of_it_and_their_time_is_kept(parent: subprocess.Popen[str]) -> None:
    watched = Processes(parent.pid)
    assert heard(parent) == "up"
    resident, cpu_s, members = watched.sample()
    assert members == 2
    assert resident > 50_000_000
    say(parent)
    assert heard(parent) == "over"
    left, used_s, members = watched.sample()
    assert members == 1
    assert left < resident - 40_000_000
    assert used_s >= cpu_s > 0


def test_what_has_ended_uses_nothing() -> None:
    ended = subprocess.Popen((sys.executable, "-c", ""))
    ended.wait()
    assert Processes(ended.pid).sample() == (0, 0, 0)


def test_the_machine_knows_that_somebody_worked() -> None:
    machine = MachineWatch()
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        sum(range(1000))
    seen = machine.seen()
    assert seen.cpus == os.cpu_count()
    assert 0 < seen.busy_s <= seen.cpus * (seen.seconds + 0.1)
