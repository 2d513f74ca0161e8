from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from onward.config.source import LARGEST, decode, find, read
from onward.errors import ConfigError


def broken(tmp_path: Path, data: bytes) -> ConfigError:
    path = tmp_path / "onward.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        decode(read(path), str(path))
    assert caught.value.where.startswith(str(path))
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("a = \n", ":1:5", "toml.io"),
        ("a = 1\nb: 2\n", ":2:2", "`key = value`, not `key: value`"),
        ("a = postgres:15\n", ":1:5", "strings need quotes"),
        ("a = True\n", ":1:5", "lower case"),
        ("a = None\n", ":1:5", "no null"),
        ('a = "C:\\windows"\n', ":1:", "single quotes"),
        ("[a]\nx = 1\n[a]\n", ":3:", "already defined above"),
        ("<<<<<<< ours\na = 1\n", ":1:1", "conflict marker"),
        ("a = 1\n=======\n", ":2:1", "conflict marker"),
        ("a = [1,", ":1:8", "toml.io"),
        ('a = "open', ":1:", "toml.io"),
    ],
)
def test_broken_toml(tmp_path: Path, text: str, place: str, hint: str) -> None:
    error = broken(tmp_path, text.encode())
    assert place in error.where
    assert hint in error.hint
    assert error.mistakes[0].startswith("onward.toml:")


def test_not_utf_8(tmp_path: Path) -> None:
    error = broken(tmp_path, b"a = 1\nname = '\xff'\n")
    assert error.message == "onward.toml is not UTF-8 text"
    assert error.where.endswith("onward.toml:2")


def test_a_binary_file(tmp_path: Path) -> None:
    assert "onward.toml is not" in broken(tmp_path, bytes(range(256)) * 40).message
    assert "onward.toml is not valid TOML" in broken(tmp_path, b"\0" * 100).message


def test_a_huge_file(tmp_path: Path) -> None:
    assert "larger than" in broken(tmp_path, b"#" * (LARGEST + 1)).message


def test_deep_nesting(tmp_path: Path) -> None:
    assert "nested too deeply" in broken(tmp_path, b"a = " + b"[" * 50_000).message


def test_as_deep_as_can_be_read_is_scanned_too(tmp_path: Path) -> None:
    for depth in range(100, 1000, 7):
        with suppress(ConfigError):
            decode(f"a = {'[' * depth}{']' * depth}", str(tmp_path))


def test_a_huge_number(tmp_path: Path) -> None:
    assert "not valid TOML" in broken(tmp_path, b"a = " + b"9" * 10_000).message


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "onward.toml").mkdir()
    with pytest.raises(ConfigError, match=r"cannot read onward\.toml: Is a directory"):
        read(tmp_path / "onward.toml")


def test_a_link_to_nowhere_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "onward.toml").write_text("a = 1\n")
    (tmp_path / "inner" / "onward.toml").symlink_to("gone.toml")
    assert find(tmp_path / "inner") == tmp_path / "inner" / "onward.toml"
    with pytest.raises(ConfigError, match="cannot read"):
        read(tmp_path / "inner" / "onward.toml")


def test_a_folder_that_cannot_be_looked_into_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "onward.toml").write_text("schema = 1\n")
    found = find(tmp_path / ("x" * 300))
    assert found is not None
    assert found.parent != tmp_path
    with pytest.raises(ConfigError, match="too long"):
        read(found)


def test_marks_and_line_ends_of_other_systems(tmp_path: Path) -> None:
    path = tmp_path / "onward.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    assert decode(read(path), str(path))[0] == {"a": 1, "b": 2}


def test_a_path_with_spaces_and_foreign_letters(tmp_path: Path) -> None:
    folder = tmp_path / "my shop ü 日本"
    (folder / "inner").mkdir(parents=True)
    (folder / "onward.toml").write_text("a = 1\n")
    assert find(folder / "inner") == folder / "onward.toml"
