from __future__ import annotations

from typing import Any

import pytest

from onward.errors import ProvisionError
from onward.execute.provision.python import locked


def asked(wanted: Any) -> tuple[str, ...]:
    return locked.poetry_roots({"tool": {"poetry": {"dependencies": {"x": wanted}}}}, deployed=True)


@pytest.mark.parametrize(
    ("poetry", "standard"),
    [
        ("*", "x"),
        ("^1.2.3", "x<2.0.0,>=1.2.3"),
        ("^0.2.3", "x<0.3.0,>=0.2.3"),
        ("^0.0.3", "x<0.0.4,>=0.0.3"),
        ("^0", "x<1,>=0"),
        ("~1.2.3", "x<1.3.0,>=1.2.3"),
        ("~1", "x<2,>=1"),
        ("1.2.3", "x==1.2.3"),
        ("=1.2.3", "x==1.2.3"),
        ("1.*", "x==1.*"),
        (">=1, <2", "x<2,>=1"),
        (">=1.2 <2", "x<2,>=1.2"),
        ("~=1.4", "x<2.0,>=1.4"),
        ("!=1.5", "x!=1.5"),
        ("^1.0,!=1.5", "x!=1.5,<2.0,>=1.0"),
        ("^1 || ^3", "x<4,>=1"),
        ("<2 || >3", "x"),
    ],
)
def test_poetrys_constraints(poetry: str, standard: str) -> None:
    assert asked(poetry) == (standard,)


@pytest.mark.parametrize(
    ("poetry", "standard"),
    [
        ({"version": "*", "python": "~3.9 || ~3.11"}, 'x; python_version == "3.9" or python_version == "3.11"'),
        ({"version": "*", "python": "^3.9"}, 'x; python_version >= "3.9" and python_version < "4.0"'),
        ({"version": "^2", "platform": "linux"}, 'x<3,>=2; sys_platform == "linux"'),
        (
            {"version": "1.0", "markers": "os_name == 'nt'", "python": "<3.11", "platform": "win32"},
            'x==1.0; os_name == "nt" and python_version < "3.11" and sys_platform == "win32"',
        ),
        (
            {"git": "https://example.org/t.git", "subdirectory": "a/b"},
            "x @ git+https://example.org/t.git#subdirectory=a/b",
        ),
        (
            {"git": "git@example.org:a/t.git", "branch": "main", "subdirectory": "a"},
            "x @ git+ssh://git@example.org/a/t.git@main#subdirectory=a",
        ),
        ({"url": "https://example.org/x.zip", "subdirectory": "a"}, "x @ https://example.org/x.zip#subdirectory=a"),
    ],
)
def test_what_else_poetry_says_of_a_package(poetry: dict[str, str], standard: str) -> None:
    assert asked(poetry) == (standard,)


def test_several_constraints_of_one_package() -> None:
    several = [{"version": "^1", "python": "<3.11"}, {"version": "^2", "python": ">=3.11"}]
    assert asked(several) == ('x<2,>=1; python_version < "3.11"', 'x<3,>=2; python_version >= "3.11"')


@pytest.mark.parametrize("wanted", ["latest", "", {"version": "1", "markers": "nonsense"}])
def test_what_poetry_itself_does_not_read(wanted: Any) -> None:
    with pytest.raises(ProvisionError, match="what the project asks of x cannot be read"):
        asked(wanted)


def test_what_poetry_asks_for() -> None:
    pyproject = {
        "tool": {
            "poetry": {
                "dependencies": {
                    "python": "^3.9",
                    "click": "^8.1",
                    "tomli": {"version": "^2", "python": "<3.11"},
                    "colorama": {"version": "*", "markers": "sys_platform == 'win32'"},
                    "uvicorn": {"version": "0.30.0", "extras": ["standard"]},
                    "mine": {"path": "../mine"},
                    "packed": {"file": "packed.whl"},
                    "theirs": {"git": "https://example.org/t.git", "tag": "v1"},
                    "redis": {"version": "*", "optional": True},
                },
                "group": {"dev": {"dependencies": {"pytest": "~7.4"}}},
            }
        }
    }
    deployed = (
        "click<9.0,>=8.1",
        'tomli<3,>=2; python_version < "3.11"',
        'colorama; sys_platform == "win32"',
        "uvicorn[standard]==0.30.0",
        "theirs @ git+https://example.org/t.git@v1",
    )
    assert locked.poetry_roots(pyproject, deployed=True) == deployed
    assert locked.poetry_roots(pyproject, deployed=False) == (*deployed, "redis", "pytest<7.5,>=7.4")


def test_poetrys_pins_and_hashes() -> None:
    lock: dict[str, Any] = {
        "package": [
            {
                "name": "Click",
                "version": "8.1.7",
                "files": [{"file": "c", "hash": "sha256:b"}, {"file": "d", "hash": "sha256:a"}],
            },
            {"name": "numpy", "version": "1.0"},
            {"name": "numpy", "version": "2.0"},
            {"name": "theirs", "version": "1", "source": {"type": "git"}},
        ],
        "metadata": {"files": {"numpy": [{"file": "n", "hash": "sha256:n"}]}},
    }
    assert locked.poetry_pins(lock) == ("click==8.1.7",)
    lines = ("click==8.1.7 ; sys_platform == 'linux'", "numpy==2.0")
    assert locked.with_hashes(lines, locked.poetry_hashes(lock)) == (
        "click==8.1.7 ; sys_platform == 'linux' --hash=sha256:a --hash=sha256:b",
        "numpy==2.0 --hash=sha256:n",
    )


def test_pipfile_lock() -> None:
    lock = {
        "default": {
            "click": {"version": "==8.1.7", "hashes": ["sha256:b", "sha256:a"], "markers": "python_version >= '3.7'"},
            "uvicorn": {"version": "==0.30.0", "extras": ["standard"]},
            "theirs": {"git": "https://example.org/t.git", "ref": "abc"},
            "mine": {"path": "."},
        },
        "develop": {"pytest": {"version": "==7.4.4"}},
    }
    deployed = (
        "click==8.1.7 ; python_version >= '3.7' --hash=sha256:a --hash=sha256:b",
        "theirs @ git+https://example.org/t.git@abc",
        "uvicorn[standard]==0.30.0",
    )
    assert locked.from_pipfile_lock(lock, deployed=True) == deployed
    assert set(locked.from_pipfile_lock(lock, deployed=False)) == {*deployed, "pytest==7.4.4"}
