from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from onward.config.positions import KeyPath, Position, positions

EVERYTHING = '''\
# a comment with = and [brackets]
schema = 1
"quoted key" = "a # no comment"
dotted.inner . deep = { one = 1, "two" = [1, 2] } # after
[project]
python = [
    "3.9", # first
    "3.11",
]
text = """
[not.a.table]
key = 1
"""
other = \'\'\'also
not = "a key"\'\'\'
[services.db]
image = "postgres:15"
[[waivers]]
id = "a"
expires = 2027-01-31 07:30:00
[[waivers]]
id = "b"
[waivers.more]
x = 1
[[waivers.list]]
y = [[1], [{ z = 2 }]]
[ "odd name" . 'and\\more' ]
k = 1_000
'''


def paths(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from paths(child, (*path, key))


def test_places_of_all_kinds_of_keys() -> None:
    found = positions(EVERYTHING)
    assert found["schema",] == Position(2, 1)
    assert found["quoted key",] == Position(3, 1)
    assert found["dotted", "inner", "deep"] == Position(4, 16)
    assert found["dotted", "inner", "deep", "two", 1] == Position(4, 46)
    assert found["project",] == Position(5, 2)
    assert found["project", "python", 1] == Position(8, 5)
    assert found["project", "other"] == Position(14, 1)
    assert found["services", "db", "image"] == Position(17, 1)
    assert found["waivers", 0, "expires"] == Position(20, 1)
    assert found["waivers", 1] == Position(21, 3)
    assert found["waivers", 1, "more", "x"] == Position(24, 1)
    assert found["waivers", 1, "list", 0, "y", 1, 0, "z"] == Position(26, 14)
    assert found["odd name", "and\\more", "k"] == Position(28, 1)


def test_every_path_has_a_place_and_every_place_a_path() -> None:
    assert set(positions(EVERYTHING)) == set(paths(tomllib.loads(EVERYTHING)))


KEYS = st.one_of(st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True), st.text(max_size=5))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.one_of(
        st.integers(-(2**40), 2**40), st.booleans(), TEXT, st.dates(), st.datetimes(), st.floats(allow_nan=False)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(KEYS, st.one_of(VALUES, st.dictionaries(KEYS, VALUES, max_size=3)), max_size=4)
# drawing each choice by itself would cost more than all that is looked at
STYLES = st.integers(0, 2**32).map(Random)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def written(value: Any, style: Random) -> str:
    if isinstance(value, str):
        return text_written(value, style)
    if isinstance(value, list):
        gap = style.choice(["", " ", "\n", " # ] } = [\n"])
        return "[" + gap + f",{gap}".join(written(item, style) for item in value) + gap + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key(name, style)} = {written(item, style)}" for name, item in value.items()) + " }"
    if isinstance(value, float):
        return repr(value) if "." in repr(value) or "inf" in repr(value) else f"{value:.1f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def text_written(value: str, style: Random) -> str:
    if style.random() < 0.3 and "'" not in value and value.isprintable():
        return f"'''{value}'''" if style.random() < 0.5 else f"'{value}'"
    return f'"""{quoted(value)[1:-1]}"""' if style.random() < 0.3 else quoted(value)


def key(name: str, style: Random) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare and style.random() < 0.7 else quoted(name)


def document(content: dict[str, Any], style: Random) -> str:
    lines, tables = [], []
    for name, value in content.items():
        if isinstance(value, dict) and style.random() < 0.6:
            tables.append(f"[ {key(name, style)} ]")
            tables += [f" {key(inner, style)}\t= {written(item, style)} # end" for inner, item in value.items()]
        else:
            lines.append(f"{key(name, style)} = {written(value, style)}")
    return "\n".join((*lines, *tables, ""))


@settings(deadline=None)
@given(DOCUMENTS, STYLES)
def test_any_document_has_a_place_for_every_path(content: dict[str, Any], style: Random) -> None:
    text = document(content, style)
    found = positions(text)
    assert set(found) == set(paths(tomllib.loads(text)))
    lines = text.split("\n")
    for path, position in found.items():
        here = lines[position.line - 1][position.column - 1 :]
        if isinstance(path[-1], str):
            assert here.startswith((quoted(path[-1]), path[-1]))


@settings(deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_valid_is_scanned(text: str) -> None:
    try:
        decoded = tomllib.loads(text)
    except ValueError:
        return
    assert set(positions(text)) == set(paths(decoded))
