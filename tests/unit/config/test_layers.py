from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kit.registry import REGISTRY
from onward.config import definition
from onward.config.layers import Flags, Loaded, environ, places, platform_check
from onward.errors import ConfigError, PlatformError
from onward.model.pipeline import Layer, Origin, Profile


def load(tmp_path: Path, variables: Mapping[str, str], flags: Flags = Flags(), top: str = "") -> Loaded:  # noqa: B008  # frozen
    (tmp_path / "onward.toml").write_text(f'schema = 1\n{top}\n[project]\npython = ["3.11"]\n')
    return definition.load(tmp_path, REGISTRY, environ=variables, flags=flags)


def origin(loaded: Loaded, key: str) -> Origin:
    (found,) = (entry for entry in loaded.pipeline.origins if entry.key == key)
    return found


def test_flag_before_environment_before_file(tmp_path: Path) -> None:
    variables = {"ONWARD_PROFILE": "quick", "ONWARD_JOBS": "2", "ONWARD_OFFLINE": "1"}
    by_environment = load(tmp_path, variables)
    assert (by_environment.profile, by_environment.jobs, by_environment.pipeline.offline) == (Profile.QUICK, 2, True)
    assert origin(by_environment, "offline").where == "ONWARD_OFFLINE"
    by_flag = load(tmp_path, variables, Flags(profile=Profile.FULL, jobs=4, offline=True))
    assert (by_flag.profile, by_flag.jobs) == (Profile.FULL, 4)
    assert [origin(by_flag, key).where for key in ("profile", "jobs", "offline")] == [
        "--profile",
        "--jobs",
        "--offline",
    ]
    assert origin(by_flag, "jobs").layer is Layer.FLAG


def test_the_file_alone(tmp_path: Path) -> None:
    loaded = load(tmp_path, {}, top="offline = true")
    assert loaded.pipeline.offline
    assert origin(loaded, "offline").where == "onward.toml:2"
    assert origin(loaded, "profile").layer is Layer.DEFAULT


def test_the_environment_may_look_at_more(tmp_path: Path) -> None:
    assert not load(tmp_path, {"ONWARD_OFFLINE": "0"}, top="offline = true").pipeline.offline


@pytest.mark.parametrize(
    ("variables", "flags", "top", "where"),
    [
        ({}, Flags(profile=Profile.CI, offline=True), "", "--offline"),
        ({"ONWARD_OFFLINE": "yes"}, Flags(profile=Profile.CI), "", "ONWARD_OFFLINE"),
        ({"ONWARD_PROFILE": "ci"}, Flags(), "offline = true", "onward.toml:2"),
    ],
)
def test_ci_refuses_to_be_offline(
    tmp_path: Path, variables: Mapping[str, str], flags: Flags, top: str, where: str
) -> None:
    with pytest.raises(ConfigError, match="profile ci cannot run offline") as caught:
        load(tmp_path, variables, flags, top)
    assert caught.value.where == where
    assert caught.value.hint


@pytest.mark.parametrize(
    ("variables", "message", "hint"),
    [
        ({"ONWARD_OFFLINE": "maybe"}, 'ONWARD_OFFLINE is "maybe"', "set 1 or 0"),
        ({"ONWARD_PROFILE": "quik"}, 'unknown profile "quik"', 'did you mean "quick"?'),
        ({"ONWARD_PROFILE": "zzz"}, 'unknown profile "zzz"', "profiles: quick, full, ci"),
        ({"ONWARD_JOBS": "0"}, 'ONWARD_JOBS is "0"', "1 to 1024"),
        ({"ONWARD_JOBS": "many"}, 'ONWARD_JOBS is "many"', "1 to 1024"),
        ({"ONWARD_JOBS": "٣"}, "ONWARD_JOBS", "1 to 1024"),
        ({"ONWARD_JOBS": "9" * 5000}, "ONWARD_JOBS", "1 to 1024"),
    ],
)
def test_malformed_variables(tmp_path: Path, variables: Mapping[str, str], message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, variables)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"ONWARD_OFFLINE": "", "ONWARD_JOBS": " ", "ONWARD_PROFILE": ""})
    assert (loaded.profile, loaded.jobs, loaded.pipeline.offline) == (Profile.FULL, None, False)


def test_places() -> None:
    home = {"HOME": "/home/me"}
    assert places(home).cache == Path("/home/me/.cache/onward")
    assert places(home).state == Path("/home/me/.local/state/onward")
    shared = {**home, "XDG_CACHE_HOME": "/big/cache", "XDG_STATE_HOME": "relative"}
    assert places(shared).cache == Path("/big/cache/onward")
    assert places(shared).state == Path("/home/me/.local/state/onward")
    own = {"ONWARD_CACHE_DIR": "/c", "ONWARD_STATE_DIR": "/s"}
    assert (places(own).cache, places(own).state) == (Path("/c"), Path("/s"))


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "HOME is not set"),
        ({"HOME": ""}, "HOME is not set"),
        ({"HOME": "me"}, "HOME is not an absolute path: me"),
        ({"HOME": "/h", "ONWARD_CACHE_DIR": "cache"}, "ONWARD_CACHE_DIR is not an absolute path: cache"),
    ],
)
def test_places_that_cannot_be(variables: Mapping[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        places(variables)
    assert caught.value.hint


def test_the_environment_is_a_copy() -> None:
    assert environ() == environ()
    assert environ() is not environ()


@pytest.mark.parametrize("platform", ["win32", "cygwin"])
def test_native_windows_is_refused(platform: str) -> None:
    with pytest.raises(PlatformError, match="not on native Windows") as caught:
        platform_check(platform)
    assert "WSL" in caught.value.hint


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_where_onward_runs(platform: str) -> None:
    platform_check(platform)
