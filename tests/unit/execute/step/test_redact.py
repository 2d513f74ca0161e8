"""What is masked, what is not, in text and in files of any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from onward.execute.step.redact import MASK, Redactor

NONE = Redactor(())
# Put together at run time, so that no scanner takes these for real ones.
GITHUB = "ghp_" + "a1B2" * 9
AWS = "AKIA" + "ABCDEFGH12345678"
SLACK = "xoxb-" + "123456789012-abcdefghij"
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0In0.c2lnbmF0dXJl"
OPENS, CLOSES = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"
KEY = f"{OPENS}\nMIIEow\nabc=\n{CLOSES}"


@pytest.mark.parametrize("token", [GITHUB, AWS, SLACK, JWT, "github_pat_" + "1" * 30, "glpat-" + "x" * 20])
def test_tokens(token: str) -> None:
    assert NONE.redact(f"before {token} after") == f"before {MASK} after"
    assert NONE.redact(f'"{token}",') == f'"{MASK}",'


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql+psycopg://shop:pa%40ss@db:5432/x", "postgresql+psycopg://shop:***@db:5432/x"),
        ("redis://:secret@localhost/0", "redis://:***@localhost/0"),
        ("https://user:pw@host and http://a:b@c", "https://user:***@host and http://a:***@c"),
        ("aws_secret_access_key = " + "a" * 40, "aws_secret_access_key = ***"),
        ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/services/***"),
        (f"key: {KEY} end", f"key: {OPENS}***{CLOSES} end"),
        (KEY.partition("-----END")[0], f"{OPENS}***"),
    ],
)
def test_what_surrounds_a_secret_stays(text: str, masked: str) -> None:
    # The pattern for keys spans lines, as keys do.
    assert NONE.redact(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "https://host/path@2x.png",
        "user@example.org",
        "postgresql://localhost/shop",
        "ghp_short",
        "a:b@c",
        "http://[::1]:80/",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert NONE.redact(text) == text


def test_values() -> None:
    redactor = Redactor(("hunter2", "hunter2-longer", "p@ss/word", "short", "", "first line\nsecond line"))
    assert redactor.values[0] == "hunter2"
    assert redactor.redact("x hunter2-longer y hunter2") == "x *** y ***"
    assert redactor.redact("p%40ss%2Fword") == "***"
    assert redactor.redact("a short word") == "a short word"
    assert redactor.redact("> second line <") == "> *** <"
    assert redactor.redact("bytes \udcff hunter2") == "bytes \udcff ***"


@pytest.mark.parametrize(
    ("code", "masked"),
    [
        ('PASSWORD = "hunter2"', 'PASSWORD = "***"'),
        ("connect(db_password='hunter2')", "connect(db_password='***')"),
        ('api_key: str = "abcdef"', 'api_key: str = "***"'),
        ('{"client_secret": "abcdef"}', '{"client_secret": "***"}'),
        ('token = get("name")', 'token = get("name")'),
        ('name = "hunter2"', 'name = "hunter2"'),
        ("password = ''", "password = ''"),
    ],
)
def test_literals_in_code(code: str, masked: str) -> None:
    assert NONE.redact_code(code) == masked


def test_a_file_without_secrets_is_not_written(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"plain\xff\n")
    before = log.stat()
    NONE.redact_file(log)
    assert (log.stat().st_ino, log.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [path.name for path in tmp_path.iterdir()] == ["log.txt"]


def test_a_file_keeps_everything_else(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"\xff\x00 hunter2 \r\n" + KEY.encode() + b"\nlast line without a feed")
    log.chmod(0o640)
    Redactor(("hunter2",)).redact_file(log)
    masked = f" *** \r\n{OPENS}***{CLOSES}\nlast line without a feed".encode()
    assert log.read_bytes() == b"\xff\x00" + masked
    assert log.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["log.txt"]


@pytest.mark.parametrize("shift", [-40, -20, -3, 0])
def test_secrets_at_the_seams_of_a_large_file(tmp_path: Path, shift: int) -> None:
    """A large file is read in pieces; what lies across their borders is masked too."""
    log = tmp_path / "log.txt"
    mebibyte = 1024 * 1024
    filler = b"a line of a log\n" * (mebibyte // 16)
    log.write_bytes(
        filler[: mebibyte + shift]
        + b"\n hunter2-longer \n"
        + filler[: mebibyte + shift]
        + b"\n"
        + KEY.encode()
        + filler
    )
    Redactor(("hunter2-longer",)).redact_file(log)
    text = log.read_bytes()
    assert b"hunter2" not in text
    assert b"MIIEow" not in text
    assert text.endswith(filler)
