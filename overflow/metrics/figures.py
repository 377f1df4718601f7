"""What the store has counted and holds, for all shops: read at a scrape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from overflow.clock import Clock
from overflow.core.model import HOME, Partner, Policy, Situation
from overflow.core.outlook import joining
from overflow.core.planned import told
from overflow.core.roster import live, staff
from overflow.errors import BadInput
from overflow.metrics.families import COUNTERS, GAUGES, LAG
from overflow.metrics.requests import exposed
from overflow.store.marks import Counts, Marks
from overflow.store.policies import Policies
from overflow.store.situations import Situations
from overflow.store.tallies import Lag, Tallies
from overflow.store.throttle import Breaker, State

_MOVING: Final = frozenset({"overflow", "late_overflow", "recall", "returned"})
"""Outcomes of decisions that move a ticket."""
_COUNTED: Final = {
    "decision": "overflow_decisions_total",
    "observed": "overflow_observed_total",
    "flap": "overflow_flaps_total",
    "shadow": "overflow_shadow_total",
    "calls": "overflow_helpdesk_calls_total",
    "webhook": "overflow_events_total",
    "difference": "overflow_reconcile_differences_total",
    "wait": "overflow_wait_promises_total",
}
"""The first word of tallies -> their families, whose labels are the other words."""
_WAITS: Final = {
    f"wait_{kind}": f"overflow_wait_{kind}_seconds_total" for kind in ("promised", "taken", "error")
}
"""Tallies in milliseconds -> their families."""
_PERSON: Final = "moved_by_person"
_NO_INPUTS: Final = frozenset({"import"})
"""Moments that the situation keeps among its inputs, and that may be old."""

Sample = tuple[str, tuple[str, ...], float]
"""Family, values of its labels, value."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the domain figures come from."""

    clock: Clock
    policies: Policies
    situations: Situations
    marks: Marks
    tallies: Tallies
    policy: Callable[[str], Policy]
    is_worker_alive: Callable[[], bool]
    missing_groups: Callable[[str], Sequence[str]] = lambda _: ()
    """Of a shop."""
    swept_at: Callable[[str], float | None] = lambda _: None
    """When a shop's last sweep ended."""
    estimated: Callable[[str], Iterable[Sample]] = lambda _: ()
    """What the planner estimates of a shop."""
    throttle: Callable[[str], State | None] = lambda _: None
    """How much a shop's helpdesk is asked."""


def domain(sources: Sources, accept: str) -> tuple[bytes, str]:
    """The domain metrics of all shops, and their content type. Raises ``StoreAway``."""
    registry = CollectorRegistry()
    registry.register(_Domain(list(_families(sources))))
    return exposed(registry, accept)


class _Domain(Collector):
    """Families that were worked out before."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _families(sources: Sources) -> Iterator[Metric]:
    shops = [_Shop.read(sources, shop) for shop in sources.policies.shops()]
    found: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
    for name, family in COUNTERS.items():
        found[name] = CounterMetricFamily(name, family.about, labels=family.labels)
    for name, family in GAUGES.items():
        found[name] = GaugeMetricFamily(name, family.about, labels=family.labels)
    found["overflow_worker_alive"].add_metric((), float(sources.is_worker_alive()))
    lags = HistogramMetricFamily(LAG, "Seconds from commit to confirmation.", labels=("shop",))
    for shop in shops:
        for name, labels, value in shop.samples():
            found[name].add_metric((shop.name, *labels), value)
        lags.add_metric((shop.name,), _buckets(shop.lag), shop.lag.total)
    yield from found.values()
    yield lags


def _buckets(lag: Lag) -> Sequence[tuple[str, float]]:
    """Cumulative, as Prometheus wants them."""
    seen, buckets = 0, []
    for end, count in lag.buckets:
        seen += count
        buckets.append(("+Inf" if end == float("inf") else f"{end:g}", float(seen)))
    return buckets


@dataclass(frozen=True, slots=True)
class _Shop:
    """One shop's figures as they were read."""

    name: str
    now: float
    situation: Situation
    policy: Policy | None
    counts: Counts
    totals: Mapping[str, int]
    lag: Lag
    missing_groups: int
    swept_at: float | None
    estimated: Sequence[Sample]
    throttle: State | None

    @classmethod
    def read(cls, sources: Sources, shop: str) -> _Shop:
        now, policy = sources.clock.now(), _policy(sources, shop)
        return cls(
            shop,
            now,
            sources.situations.get(shop, now),
            policy,
            sources.marks.counts(shop),
            sources.tallies.totals(shop),
            sources.tallies.lag(shop),
            len(sources.missing_groups(shop)),
            sources.swept_at(shop),
            [] if policy is None else list(sources.estimated(shop)),
            None if policy is None else sources.throttle(shop),
        )

    def samples(self) -> Iterator[Sample]:
        yield from self._counted()
        yield from self._promised()
        yield from self._loads()
        yield from self._plans()
        yield from self.estimated
        yield from self._sync()
        if self.throttle is not None:
            yield from _throttled(self.throttle)
        if self.policy is not None:
            yield from self._waits(self.policy)
            for partner in self.policy.partners:
                yield from self._partner(partner)

    def _counted(self) -> Iterator[Sample]:
        moves: dict[str, int] = {}
        for tally, count in self.totals.items():
            kind, *labels = tally.split("/")
            family = _COUNTED.get(kind)
            if family is not None and len(labels) == len(COUNTERS[family].labels) - 1:
                yield family, tuple(labels), count
            match kind, *labels:
                case ["decision", outcome, *_] if outcome in _MOVING:
                    moves[outcome] = moves.get(outcome, 0) + count
                case ["event", event, *_] if event == _PERSON:
                    moves["manual"] = moves.get("manual", 0) + count
                case _:
                    pass
        for kind, count in moves.items():
            yield "overflow_moves_total", (kind,), count

    def _promised(self) -> Iterator[Sample]:
        for tally, count in self.totals.items():
            kind, *labels = tally.split("/")
            if kind in _WAITS:
                yield _WAITS[kind], tuple(labels), count / 1000

    def _loads(self) -> Iterator[Sample]:
        for (team, queue), load in self.situation.loads.items():
            yield "overflow_waiting", (team, queue), load.waiting
            yield "overflow_wip", (team, queue), load.wip
        for queue, pressure in self.situation.pressure.items():
            yield "overflow_pressure", (queue,), float(pressure.on)

    def _plans(self) -> Iterator[Sample]:
        for channel, plan in self.situation.plans.items():
            yield "overflow_plan_age_seconds", (channel,), max(0.0, self.now - plan.made)
            level = told(plan.level(self.now))
            if level is not None:
                yield "overflow_plan_level", (channel,), level

    def _sync(self) -> Iterator[Sample]:
        oldest = self.counts.oldest_dirty
        yield "overflow_dirty", (), self.counts.dirty
        yield "overflow_to_read", (), self.counts.to_read
        yield "overflow_dead_letters", (), self.counts.dead
        yield "overflow_missing_groups", (), self.missing_groups
        yield "overflow_sync_lag_seconds", (), max(0.0, self.now - oldest) if oldest else 0.0
        if self.swept_at is not None:
            yield "overflow_sweep_age_seconds", (), max(0.0, self.now - self.swept_at)
        for source, at in self.situation.seen.items():
            if source not in _NO_INPUTS:
                yield "overflow_input_age_seconds", (source,), max(0.0, self.now - at)

    def _waits(self, policy: Policy) -> Iterator[Sample]:
        people = staff(policy, self.situation, self.now)
        for queue in sorted({queue for team, queue in self.situation.loads if team == HOME}):
            seen = joining(queue, self.situation, policy, people, self.now)
            if seen is not None and seen.wait.value is not None:
                yield "overflow_expected_wait_seconds", (queue,), seen.wait.value

    def _partner(self, partner: Partner) -> Iterator[Sample]:
        said = live(self.situation.declared.get(partner.name), self.now)
        declared = said.capacity if said is not None and said.capacity is not None else {}
        for channel, agreed in partner.capacity.items():
            labels = partner.name, channel
            yield "overflow_partner_held", labels, self.situation.held.get(labels, 0)
            yield "overflow_partner_capacity", labels, min(agreed, declared.get(channel, agreed))


def _throttled(state: State) -> Iterator[Sample]:
    yield "overflow_helpdesk_breaker_open", (), float(state.breaker is not Breaker.CLOSED)
    if state.budget:
        yield "overflow_helpdesk_budget_calls", (), state.budget
    if state.remaining is not None:
        yield "overflow_helpdesk_remaining_calls", (), state.remaining
    if state.rate is not None:
        yield "overflow_helpdesk_calls_per_second", (), state.rate


def _policy(sources: Sources, shop: str) -> Policy | None:
    """None for a policy that this version of the service cannot read: the counts still show."""
    try:
        return sources.policy(shop)
    except BadInput:
        return None
