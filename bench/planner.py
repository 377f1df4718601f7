"""What planning costs: one large queue, a hundred queues, and the requests it runs beside."""

from dataclasses import replace
from statistics import median
from time import process_time

import numpy as np

from bench.figures import quantile, table, verdict
from bench.intake import CONNECTIONS, prepare, sender
from bench.load import Generator
from bench.places import places, wait_for
from bench.scenarios import DEVELOP, half
from bench.shop import CHANNELS, SHOP, document
from overflow.clock import SystemClock
from overflow.core import estimate
from overflow.core.arrivals.expected import Interval, Uploaded
from overflow.core.estimate import Span
from overflow.core.plan import Planner
from overflow.core.prospects.prospect import Prospect
from overflow.flows.planner.planning import plans
from overflow.policies import build
from overflow.simulate.contenders.auto import prospect_of
from overflow.simulate.scenario_file import build as scenario_of
from overflow.store.forecasts import Forecasts
from overflow.store.policies import Policies
from overflow.wiring import build as wired

LARGE = 2.0
SHARE = 0.25
QUEUES, IDLE = 100, 30
ROUND = 0.25
"""Minutes between two rounds of a worker."""
RATE = 100.0


def run(*, is_full: bool) -> None:
    _large(5 if is_full else 3)
    _hundred(60.0 if is_full else 10.0)
    _beside(60 if is_full else 15)


def _large(times: int) -> None:
    """A day of 200 agents, and one of 200 who chat with three customers each."""
    rows = []
    for name, concurrency, handle, target in (("phone", 1, 6.0, 0.5), ("chat", 3, 10.0, 2.0)):
        rate = 0.9 * 200 * concurrency / handle
        day = {
            "name": name, "H": 600, "roster": [[0, 200], [300, 180]], "conc": concurrency,
            "aht": handle, "theta": 0.2, "T": target, "p": 2, "a": 5, "c_o": 6, "c_i": 0.5,
            "lam": [[0, rate], [300, 1.1 * rate], [600, rate]], "n0": int(rate * handle),
        }  # fmt: skip
        prospect = prospect_of(scenario_of(day).told())
        took = []
        for _ in range(times):
            began = process_time()
            Planner().plan(prospect, estimate.begin(prospect.expected), 0.0)
            took.append(process_time() - began)
        rows.append((f"{name}, {200 * concurrency} slots", median(took)))
    table("a plan for a whole day", ("", "processor s"), rows)
    print(f"goal {verdict(max(took for _, took in rows), LARGE)}")


def _hundred(minutes: float) -> None:
    """Rounds over a hundred queues of all kinds, a third of them idle."""
    chance = np.random.default_rng(7)
    planner = Planner(remembered=4096)
    lines = [prospect_of(scenario_of(one).told()) for one in half(DEVELOP, QUEUES)]
    lines = [_idle(line) if n < IDLE else line for n, line in enumerate(lines)]
    known = [estimate.begin(line.expected) for line in lines]
    truth = [float(np.exp(chance.normal(0.0, 0.2))) for _ in lines]
    for line, seen in zip(lines, known, strict=True):
        planner.plan(line, seen, 60.0)  # what a restart costs, once
    solved, began, at = planner.solved, process_time(), 60.0
    while at < 60.0 + minutes:
        for n, line in enumerate(lines):
            foretold = line.foretold(at, at + ROUND)
            came = 0 if n < IDLE else chance.poisson(foretold * truth[n])
            span = Span(ROUND, came, foretold, 0, 0.0, 0, 0.0)
            known[n] = estimate.observe(known[n], span, line.expected)
            planner.plan(line, known[n], at + ROUND)
        at += ROUND
    spent = process_time() - began
    share = spent / (minutes * 60.0)
    print(
        f"{QUEUES} queues, {IDLE} of them idle, {minutes:.0f} minutes of rounds: "
        f"{planner.solved - solved} solved, {share:.3f} of a core, goal {verdict(share, SHARE)}"
    )


def _idle(line: Prospect) -> Prospect:
    return replace(line, forecast=((0.0, 0.0), (line.horizon, 0.0)))


def _beside(seconds: int) -> None:
    """Webhooks at a steady rate, with a worker that plans every channel and one that plans none."""
    table(
        f"{RATE:.0f} webhooks a second on {CONNECTIONS} connections, a worker beside them",
        ("planning", "channels planned", "p50 ms", "p99 ms"),
        [_planning(planning, seconds) for planning in ("off", "cost")],
    )


def _planning(planning: str, seconds: int) -> tuple[str, int, float, float]:
    clock = SystemClock()
    with places(planning) as (place,), Generator() as load:
        prepare(place, 1_000, clock.now())
        client, now = place.start_store(), clock.now()
        policy = document(planning=planning, mode="observe")
        Policies(client).put(SHOP, policy, build(policy, SHOP), 1)
        hours = [Interval(now // 3600 * 3600 + 3600.0 * n, 3600.0, 60.0) for n in range(-2, 99)]
        Forecasts(client).put_uploaded(SHOP, Uploaded(now, dict.fromkeys(CHANNELS, (*hours,))))
        place.start_api()
        place.start_worker()
        services = wired(place.settings)
        if planning != "off":
            wait_for(lambda: bool(plans(services, SHOP)), "nothing is planned")
        send = sender(load, place, now - 1.0, clock.now, RATE)
        send(range(5_000, 5_000 + 300))
        found = send(range(6_000, 6_000 + int(seconds * RATE)))
        planned = sum(one.plan is not None for one in plans(services, SHOP))
        services.close()
    times = sorted(found.latencies)
    return planning, planned, quantile(times, 0.5) * 1e3, quantile(times, 0.99) * 1e3
