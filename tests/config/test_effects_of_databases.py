"""The keys that say where PostgreSQL is, and how it is used, have the effect that `config explain` tells."""

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from milestone import config, errors, strict_yaml
from milestone.storage import located
from milestone.storage.located import Location
from milestone.testing import plain
from milestone.testing.postgres import Server
from milestone.testing.transactions import stamp, write
from milestone.workspace.following import FollowingStore
from milestone.workspace.opening import opener

HERE = Location("postgres")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".milestones" / "config").mkdir(parents=True)
    return tmp_path / ".milestones"


def opened(root: Path, text: str, **environ: str) -> Any:
    (root / "config" / "milestone-config.yaml").write_text(text)
    home = {"HOME": "/nonexistent", **environ}
    settings = config.load_settings(root, environ=home, reader=lambda: strict_yaml.compose)
    return opener(root, settings.values, home)(HERE)


def connections(server: Server, schema: str) -> int:
    """Return how many connections this test's programs have."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
    with psycopg.connect(server.dsn()) as connection:
        return connection.execute(asked, (schema,)).fetchone()[0]


def test_backend_dsn(root: Path, postgres_dsn: str):
    (root / "config" / "dsn.key").write_text(postgres_dsn + "\n")
    written = f"backend: {{dsn: '{postgres_dsn}'}}"
    for text, environ in [
        (written, {}),
        ("backend: {dsn: '${WHERE}'}", {"WHERE": postgres_dsn}),
        ("backend: {dsn: 'file:.milestones/config/dsn.key'}", {}),
        ("backend: {dsn: 'postgresql://nobody@nowhere.invalid/x'}", {"MILESTONE_DSN": postgres_dsn}),
    ]:
        store = opened(root, text, **environ)
        with store.reading() as reading:
            assert reading.seq == 0
        store.close()

    with pytest.raises(errors.Refused, match="address is not known"):
        opened(root, "")


def test_a_clone_kept_in_postgresql_is_opened_there(root: Path, postgres_dsn: str):
    located.write(root, HERE)
    store = FollowingStore(root, opener(root, {}, {"MILESTONE_DSN": postgres_dsn}))

    assert write(store, plain.created("a1", 1)) == [1]

    assert opened(root, "", MILESTONE_DSN=postgres_dsn).verify()["events"] == 1


def test_connection_pool_size(root: Path, postgres_server: Server, postgres_schema: str, postgres_dsn: str):
    text = "backend: {cluster_configuration: {connection_pool_size: 2}}"
    store = opened(root, text, MILESTONE_DSN=f"{postgres_dsn}&application_name={postgres_schema}")
    assert connections(postgres_server, postgres_schema) == 0

    with store.reading():
        assert connections(postgres_server, postgres_schema) == 1
        with store.reading(), pytest.raises(errors.Busy, match="in use"), store.transaction(stamp(), timeout=0.05):
            pass
    threads = [threading.Thread(target=write, args=(store, plain.created(f"a{n}", n))) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert connections(postgres_server, postgres_schema) == 2
    with store.reading() as reading:
        assert reading.seq == 6
    store.close()


def test_replica_dsns(root: Path, postgres_dsn: str):
    dead = "postgresql://nobody@127.0.0.1:1/x"
    listed = f"backend: {{cluster_configuration: {{replica_dsns: ['{dead}', '${{COPY}}']}}}}"
    for text, environ in [
        (listed, {"COPY": postgres_dsn}),
        ("", {"MILESTONE_REPLICA_DSNS": f"{dead}, {postgres_dsn}"}),
    ]:
        store = opened(root, text, MILESTONE_DSN=postgres_dsn, **environ)
        with store.transaction(stamp()) as txn:
            txn.append([plain.created(f"a{txn.seq}", txn.seq + 1)])
        with store.reading() as reading:
            assert reading.connection.address.dsn == store.replicas.pools[1].address.dsn
            assert store.replicas.pools[0].address.shown.startswith("nobody@127.0.0.1:1")
        assert len(store.replicas.pools) == 2
        store.close()
