"""Intake under granian, beside a bare Flask handler with the same store call; alternating."""

from collections.abc import Callable
from statistics import median

from bench import commits, fill, webhooks
from bench.figures import quantile, table, verdict
from bench.load import Answered, Generator
from bench.places import Place, places
from bench.shop import SHOP, document, open_shop
from overflow.clock import SystemClock
from overflow.store import keys

GOAL = 0.75
OPEN = 1_000
WARM = 600
CONNECTIONS = 8


def run(*, is_full: bool) -> None:
    """At 1,000 open tickets, as fast as they are answered."""
    rounds, size = (15, 4_000) if is_full else (7, 2_000)
    clock = SystemClock()
    with places("service", "bare", "recording") as (service, bare, recording), Generator() as load:
        created = clock.now() - 1.0
        prepare(service, OPEN, clock.now())
        for place in (bare, recording):
            place.copy_of(service)
        file = bare.folder / "commits"
        numbers = range(WARM, WARM + 300 + rounds * size)
        recording.start_store()
        moved = commits.record(recording, numbers, created, file)
        recording.stop_all()
        service.start_store()
        service.start_api()
        bare.start_store()
        bare.start_api("bench.bare:app", BENCH_COMMITS=str(file))
        one = sender(load, service, created, clock.now)
        other = sender(load, bare, created, clock.now)
        for send in (one, other):
            send(numbers[:300])
        found = [
            alternate(one, other, numbers[300 + n * size : 300 + (n + 1) * size], is_swapped=n % 2)
            for n in range(rounds)
        ]
    print(
        f"{rounds} rounds of {size:,} webhooks each way, {CONNECTIONS} connections, "
        f"{moved / len(numbers):.0%} overflow"
    )
    report(found)


def prepare(place: Place, count: int, now: float) -> None:
    """A store with so many open tickets, its pressure settled; stopped again, its log compact."""
    client = place.start_store()
    open_shop(client, document(), now)
    fill.fill(client, count, now)
    services = commits.services_of(place)
    for number in range(WARM):
        commits.receive(services, number, now - 2.0)
    services.close()
    # As while a worker drains: the API has nobody to wake.
    client.set(keys.drain_lease(SHOP), "bench")
    compact(client)
    client.close()
    place.stop_all()


def compact(client) -> None:
    """Rewrite the log now, so that it does not happen in the middle of a round."""
    client.bgrewriteaof()
    while client.info("persistence")["aof_rewrite_in_progress"]:
        SystemClock().sleep(0.1)


def sender(
    load: Generator, place: Place, created: float, now: Callable[[], float], rate: float = 0.0
) -> Callable[[range], Answered]:
    """Sends those webhooks to that place, signed just before, and makes sure of the answers."""

    def send(numbers: range) -> Answered:
        signed = webhooks.requests(numbers, created, now())
        before = place.processor_seconds()
        found = load.run(place.port, signed, CONNECTIONS, rate)
        found.processor = place.processor_seconds() - before
        if found.statuses != {200: len(signed)}:
            raise SystemExit(f"bench: answered with {found.statuses}\n{place.last_words('api')}")
        return found

    return send


def alternate(one, other, numbers: range, *, is_swapped: int) -> tuple[Answered, Answered]:
    """Both, the one that goes first taking turns."""
    if is_swapped:
        second = other(numbers)
        return one(numbers), second
    return one(numbers), other(numbers)


def report(found: list[tuple[Answered, Answered]]) -> None:
    rows = []
    for name, side in (("service", 0), ("bare handler", 1)):
        runs = [pair[side] for pair in found]
        rows.append((name, *(median(figure(r) for r in runs) for figure in FIGURES)))
    ratios = [median(figure(a) / figure(b) for a, b in found) for figure in FIGURES]
    rows.append(("ratio (median of the rounds')", *ratios))
    table(
        "Intake: webhook in, decided, committed, answered",
        ("", "requests/s", "p50 ms", "p99 ms", "processor ms"),
        rows,
    )
    each = ", ".join(f"{a.rate / b.rate:.2f}" for a, b in found)
    print(
        f"rate beside the bare handler's: {ratios[0]:.2f}, "
        f"goal {verdict(ratios[0], GOAL, is_least=True)} (rounds: {each})"
    )


FIGURES = (
    lambda r: r.rate,
    lambda r: quantile(sorted(r.latencies), 0.5) * 1e3,
    lambda r: quantile(sorted(r.latencies), 0.99) * 1e3,
    lambda r: r.processor / len(r.latencies) * 1e3,
)
