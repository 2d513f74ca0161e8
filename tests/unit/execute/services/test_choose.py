from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from onward.errors import ServiceError
from onward.execute.cleanup.owned import OwnedResources
from onward.execute.process.processes import Processes
from onward.execute.services.choose import choose
from onward.execute.services.supply import Leased, Offer, ServiceContext, ToolProgram
from onward.model.pipeline import ServiceSpec
from onward.model.places import Places
from onward.model.tool import Tool

SPEC = ServiceSpec(name="database", kind="postgres", image="postgres:15", version="15", variables=())


class NoTools:
    def obtain(self, tool: Tool) -> ToolProgram:
        raise ServiceError(f"no {tool.name}")


@dataclass
class Supplied:
    detail: str

    def lease(self, workers: int) -> AbstractContextManager[Leased]:
        raise ServiceError(f"never leased here, not even to {workers} workers")

    def close(self) -> None:
        pass


@dataclass
class Source:
    name: str
    majors: tuple[str, ...] = ()
    why: str = ""
    breaks: str = ""
    chosen: bool = False

    def offers(self, _: ServiceSpec) -> tuple[Offer, ...]:
        if self.why:
            raise ServiceError(self.why)
        return tuple(
            Offer(
                provider=self.name,
                detail=f"{self.name} {major}",
                major=major,
                open=lambda _, major=major: self._open(major),  # type: ignore[misc]  # a default binds the loop's value
                chosen=self.chosen,
            )
            for major in self.majors
        )

    def _open(self, major: str) -> Supplied:
        if self.breaks:
            raise ServiceError(self.breaks)
        return Supplied(f"{self.name} {major}")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ServiceContext]:
    places = Places(cache=tmp_path / "cache", state=tmp_path / "state")
    with Processes() as processes:
        yield ServiceContext(
            places=places,
            run_dir=tmp_path,
            processes=processes,
            tool_provider=NoTools(),
            environ={},
            owned=OwnedResources(places, tmp_path),
        )


def made(site: ServiceContext, *sources: Source, strict: bool = False) -> tuple[str, tuple[str, ...]]:
    supply, notes = choose(SPEC, site, sources, strict=strict)
    assert isinstance(supply, Supplied)
    return supply.detail, notes


def test_the_first_that_fits_is_taken(site: ServiceContext) -> None:
    assert made(site, Source("a", ("15",)), Source("b", ("15",))) == ("a 15", ())


def test_a_version_that_fits_goes_before_the_order(site: ServiceContext) -> None:
    assert made(site, Source("a", ("14", "15")), Source("b", ("15",))) == ("a 15", ())
    assert made(site, Source("a", ("14",)), Source("b", ("15",))) == ("b 15", ())


def test_what_cannot_be_used_is_noted(site: ServiceContext) -> None:
    sources = (Source("a", why="not there"), Source("b", ("15",), breaks="dies"), Source("c", ("15",)))
    assert made(site, *sources) == ("c 15", ("a: not there", "b: dies"))


def test_a_near_version_is_the_last_resort_and_noted(site: ServiceContext) -> None:
    detail, notes = made(site, Source("a", ("16",)), Source("b", why="gone"))
    assert (detail, notes) == ("a 16", ("b: gone", "postgres:15 requested, using a 16"))


def test_where_the_version_must_match_a_near_one_is_refused(site: ServiceContext) -> None:
    with pytest.raises(
        ServiceError, match=r"no provider for postgres:15: a: a 16 is a different major version"
    ) as caught:
        made(site, Source("a", ("16",)), strict=True)
    assert caught.value.where == "services.database"


def test_the_server_that_the_user_named_is_used_or_refused_but_not_replaced(site: ServiceContext) -> None:
    sources = (Source("address", ("14",), chosen=True), Source("b", ("15",)))
    detail, notes = made(site, *sources)
    assert (detail, notes) == ("address 14", ("address 14 is not the major version of postgres:15",))
    with pytest.raises(ServiceError, match="not the major version of postgres:15"):
        made(site, *sources, strict=True)


def test_nothing_at_all_lists_every_reason(site: ServiceContext) -> None:
    with pytest.raises(ServiceError, match="no provider for postgres:15: a: not there; b: dies"):
        made(site, Source("a", why="not there"), Source("b", ("15",), breaks="dies"))


def test_after_an_interrupt_nothing_more_is_tried(site: ServiceContext) -> None:
    site.processes.interrupt()
    with pytest.raises(ServiceError, match=r"^dies$"):
        made(site, Source("a", ("15",), breaks="dies"), Source("b", ("15",)))
