from __future__ import annotations

import json
from pathlib import Path

from onward.execute.provision.python.installed import digest_of, installed_in


def install(venv: Path, folder: str, url: str = "") -> None:
    place = venv / "lib/python3.11/site-packages" / f"{folder}.dist-info"
    place.mkdir(parents=True)
    if url:
        (place / "direct_url.json").write_text(json.dumps({"url": url}))


def test_distributions_are_named_canonically_and_sorted(tmp_path: Path) -> None:
    install(tmp_path, "Typing_Extensions-4.1.0")
    install(tmp_path, "click-8.1.7")
    install(tmp_path, "mine-1.0", "file:///home/somebody/wheels/mine-1.0-py3-none-any.whl")
    found = installed_in(tmp_path)
    assert [(entry.name, entry.version) for entry in found] == [
        ("click", "8.1.7"),
        ("mine", "1.0"),
        ("typing-extensions", "4.1.0"),
    ]
    assert [entry.pin for entry in found if not entry.origin] == ["click==8.1.7", "typing-extensions==4.1.0"]


def test_the_digest_knows_where_a_package_came_from_but_not_this_machines_folders(tmp_path: Path) -> None:
    for name, url in (
        ("here", "file:///home/a/mine-1.0-py3-none-any.whl"),
        ("there", "file:///srv/b/mine-1.0-py3-none-any.whl"),
        ("git", "https://example.org/mine.git"),
        ("registry", ""),
    ):
        install(tmp_path / name, "mine-1.0", url)
    digests = {
        name: digest_of(installed_in(tmp_path / name), "3.11.7") for name in ("here", "there", "git", "registry")
    }
    assert digests["here"] == digests["there"]
    assert len(set(digests.values())) == 3
    assert digest_of(installed_in(tmp_path / "git"), "3.11.8") != digests["git"]
