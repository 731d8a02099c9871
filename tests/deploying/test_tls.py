"""Hosted services speak TLS: their certificates are verified, by every client of ours."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import psycopg
import pytest
from django.core.cache.backends.redis import RedisCache
from django.db.backends.postgresql.base import DatabaseWrapper
from kombu import Connection
from redis import Redis

from flowia.production import verified
from tests import postgres, tls, valkey
from tests.stack import wait_until


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tls.Papers:
    return tls.papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, papers: tls.Papers) -> Iterator[int]:
    with (
        valkey.server(tmp_path_factory.mktemp("valkey")) as url,
        tls.in_front_of(urlsplit(url).port or 0, papers) as found,
    ):
        yield found


def celery(url: str) -> None:
    with Connection(url) as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
        connection.default_channel.client.llen("a")  # type: ignore[attr-defined] # as Redis has it


def cache(url: str) -> None:
    RedisCache(url, {}).set("a", 1)


def client(url: str) -> None:
    Redis.from_url(url).ping()


CLIENTS = [celery, cache, client]


@pytest.mark.parametrize("use", CLIENTS)
def test_redis_over_tls_is_used_by_who_knows_its_authority(
    use: Callable[[str], None], port: int, papers: tls.Papers
) -> None:
    use(verified(f"rediss://localhost:{port}/0?ssl_ca_certs={papers.authority}"))


@pytest.mark.parametrize("use", CLIENTS)
def test_redis_under_a_strange_certificate_is_not_used(
    use: Callable[[str], None], port: int
) -> None:
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        use(verified(f"rediss://localhost:{port}/0"))


@pytest.mark.parametrize(
    ("told", "used"),
    [
        ("redis://host:6379/0", "redis://host:6379/0"),
        ("rediss://:p%40@host:6379", "rediss://:p%40@host:6379?ssl_cert_reqs=required"),
        ("rediss://h/0?ssl_ca_certs=/a", "rediss://h/0?ssl_ca_certs=/a&ssl_cert_reqs=required"),
        ("rediss://h/0?ssl_cert_reqs=none", "rediss://h/0?ssl_cert_reqs=none"),
    ],
)
def test_an_address_over_tls_asks_for_a_certificate(told: str, used: str) -> None:
    assert verified(told) == used


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, papers: tls.Papers) -> Iterator[str]:
    """Give the URL of a PostgreSQL that was told to speak TLS."""
    with postgres.server() as server:
        if server is None:
            pytest.skip("no PostgreSQL")
        with psycopg.connect(server.url, autocommit=True) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
            assert row is not None
            data = Path(row[0])
            if not data.is_dir():
                pytest.skip("the server is elsewhere")
            for name, file in (("server.crt", papers.certificate), ("server.key", papers.key)):
                shutil.copy(file, data / name)
                shutil.chown(data / name, data.owner(), data.group())
                (data / name).chmod(0o600)
            connection.execute("ALTER SYSTEM SET ssl = on")
            connection.execute("SELECT pg_reload_conf()")
            assert wait_until(lambda: _speaks_tls(server.url), 10)
        yield server.url


def _speaks_tls(url: str) -> bool:
    with psycopg.connect(url, sslmode="prefer") as connection:
        return bool(connection.pgconn.ssl_in_use)


def connected(url: str) -> bool:
    """Connect as the settings do; tell whether it is over TLS."""
    told: dict[str, Any] = environ.Env.db_url_config(url.replace("127.0.0.1", "localhost"))
    base = {"TIME_ZONE": None, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True}
    wrapper = DatabaseWrapper({**base, **told})
    with wrapper.get_new_connection(wrapper.get_connection_params()) as connection:
        return bool(connection.pgconn.ssl_in_use)


def test_postgresql_is_verified_where_the_address_asks_for_it(
    database: str, papers: tls.Papers
) -> None:
    assert connected(f"{database}?sslmode=verify-full&sslrootcert={papers.authority}")
    assert connected(f"{database}?sslmode=require")


def test_postgresql_under_a_strange_certificate_is_not_used(
    database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tls.papers(tmp_path_factory.mktemp("others"))

    with pytest.raises(psycopg.OperationalError, match="SSL error"):
        connected(f"{database}?sslmode=verify-full&sslrootcert={other.authority}")
