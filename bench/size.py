"""A thousand open tickets beside a million: what a ticket takes, and whether intake slows down."""

from statistics import median

from bench import fill
from bench.figures import quantile, table, verdict
from bench.intake import FIGURES, WARM, alternate, prepare, sender
from bench.load import Answered, Generator
from bench.places import Place, places
from bench.shop import SHOP
from overflow.clock import SystemClock, monotonic
from overflow.store import keys
from overflow.store.connect import StoreClient

GOAL_P99 = 1.2
GOAL_BYTES = 1024
SMALL = 1_000
_SAMPLE = 2_000


def run(*, is_full: bool) -> None:
    """In the short form a hundred thousand stand for the million."""
    sizes = (SMALL, 100_000, 1_000_000) if is_full else (SMALL, 100_000)
    rounds, each = (15, 3_000) if is_full else (7, 1_500)
    clock = SystemClock()
    with places(*map(str, sizes)) as found, Generator() as load:
        created = clock.now() - 1.0
        rows = []
        for place, size in zip(found, sizes, strict=True):
            begun = monotonic()
            prepare(place, size, clock.now())
            client = place.start_store()
            rows.append((size, *_weighed(client, size)))
            print(f"filled with {size:,} in {monotonic() - begun:.0f} s", flush=True)
            if size == SMALL and (faults := fill.check(client)):
                raise SystemExit("bench: the store's audit finds: " + "; ".join(faults[:5]))
            client.close()
            if size not in (SMALL, sizes[-1]):
                place.stop_all()
        head = ("open tickets", "bytes a ticket", "its hash", "indexes", "server's, all told")
        table("Memory of an open ticket", head, rows)
        worst = max(row[1] for row in rows)
        print(f"goal {verdict(worst, GOAL_BYTES)}")
        small, large = found[0], found[-1]
        _apart(small)
        for place in (small, large):
            place.start_api()
        one = sender(load, small, created, clock.now)
        other = sender(load, large, created, clock.now)
        first = WARM + 300
        for send in (one, other):
            send(range(WARM, first))
        pairs = []
        for n in range(rounds):
            numbers = range(first + n * each, first + (n + 1) * each)
            pairs.append(alternate(one, other, numbers, is_swapped=n % 2))
    _report(pairs, sizes[-1])


def _weighed(client: StoreClient, size: int) -> tuple[float, float, float, float]:
    """Bytes for each open ticket: in all, its hash, its share of the indexes, by INFO."""
    step = max(1, size // _SAMPLE)
    pipe = client.pipeline(transaction=False)
    for number in range(0, size, step):
        pipe.memory_usage(keys.ticket(SHOP, str(fill.FIRST + number)), samples=0)
    hashes = pipe.execute()
    indexes = (keys.open_index(SHOP), keys.claims(SHOP), keys.dirty(SHOP), keys.to_read(SHOP))
    shared = sum(client.memory_usage(key, samples=0) or 0 for key in indexes)
    standing = client.zcard(keys.open_index(SHOP))
    own, share = sum(hashes) / len(hashes), shared / standing
    info = client.info("memory")
    journal = client.memory_usage(keys.journal(SHOP), samples=0) or 0
    total = (info["used_memory"] - info["used_memory_startup"] - journal) / standing
    return own + share, own, share, total


def _apart(place: Place) -> None:
    """What is kept of the past: the journal's entries and the senders' deliveries."""
    client = place.client()
    entries = client.xlen(keys.journal(SHOP))
    journal = client.memory_usage(keys.journal(SHOP), samples=0) / entries
    delivery = client.memory_usage(keys.delivery(SHOP, f"msg_{0:012}"), samples=0)
    client.close()
    print(
        f"apart from that: {journal:,.0f} bytes a decision in the journal (35 days), "
        f"{delivery} bytes a delivery (1 day)"
    )


def _report(pairs: list[tuple[Answered, Answered]], size: int) -> None:
    rows = []
    for name, side in ((f"{SMALL:,}", 0), (f"{size:,}", 1)):
        runs = [pair[side] for pair in pairs]
        rows.append((name, *(median(figure(r) for r in runs) for figure in FIGURES)))
    ratios = [median(figure(b) / figure(a) for a, b in pairs) for figure in FIGURES]
    rows.append(("ratio (median of the rounds')", *ratios))
    head = ("open tickets", "requests/s", "p50 ms", "p99 ms", "processor ms")
    table("Intake with many open tickets", head, rows)
    pooled = [
        quantile(sorted(x for pair in pairs for x in pair[side].latencies), 0.99) for side in (0, 1)
    ]
    each = ", ".join(f"{FIGURES[2](b) / FIGURES[2](a):.2f}" for a, b in pairs)
    print(
        f"p99 beside that at {SMALL:,}: {ratios[2]:.2f}, goal {verdict(ratios[2], GOAL_P99)} "
        f"(rounds: {each}; all requests together: {pooled[1] / pooled[0]:.2f})"
    )
