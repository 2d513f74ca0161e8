from __future__ import annotations

from kit.registry import REGISTRY
from onward.config.reference import reference
from onward.config.schema import CUSTOM, PROJECT, SERVICE, TOP, WAIVER, WORKSPACE, gate_keys

PAGE = reference(REGISTRY)


def test_every_key_has_a_row() -> None:
    keys = [
        *TOP,
        *PROJECT,
        *WORKSPACE,
        *SERVICE,
        *CUSTOM,
        *WAIVER,
        *(key for gate in REGISTRY for key in gate_keys(gate)),
    ]
    assert [key.name for key in keys if f"\n| `{key.name}` | " not in PAGE] == []


def test_types_defaults_and_limits() -> None:
    assert '| `budget` | size, at most 1GB | `"50MB"` | How much may be written. |' in PAGE
    assert '| `patience` | duration, at most 1m | `"1s500ms"` | How long to wait. |' in PAGE
    assert '| `mode` | string: plain, fancy | `"plain"` | Which way. |' in PAGE
    assert '| `markers` | list of strings | `["integration"]` | Marks of tests \\| and more. |' in PAGE
    assert (
        'Coverage: lines and branches. Profiles: `full`, `ci`; blocks from severity `medium`; time limit of a step: `"10m"`.'
        in PAGE
    )


def test_every_table_is_whole() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {5}
