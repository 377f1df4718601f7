"""The planner's round: learn from what came, work the thresholds out, put them in the situation.

Every channel that home serves has a plan of its own. Between two rounds the estimates are kept in
the store, so whichever worker takes the next round goes on where this one stopped; what it has
solved a process remembers for itself. A round that runs out of time goes on with the next job,
the oldest plan first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from overflow.clock import monotonic
from overflow.core import estimate, leaving, rounds
from overflow.core.estimate import Estimates, Known, known
from overflow.core.learning.taught import Taught, taught
from overflow.core.model import Channel, LateLevels, Mode, QueuePlan
from overflow.core.prospects.ahead import Ahead, ahead
from overflow.core.prospects.prospect import missing
from overflow.core.prospects.time import MINUTE
from overflow.flows.planner.forecasting import forecast
from overflow.flows.planner.team import team
from overflow.flows.polling.imports import is_imported
from overflow.flows.routing import counts
from overflow.flows.services import Services
from overflow.jobs import Task
from overflow.store import keys

LEASE: Final = 25.0
"""Seconds; longer than a round takes."""
VALID: Final = 120.0
"""Seconds that a plan counts: some rounds may fail."""
FORGOTTEN: Final = 3600.0
"""Seconds without a round after which what was learned says nothing about the day any more."""
KEPT: Final = "planner"
"""Under this name the estimates are kept, and what was last planned."""
TEAM: Final = "presence"
"""Under this name what is known of the agents who are really there."""


class Planned(NamedTuple):
    """What a round did."""

    is_whole: bool
    """False: another process plans, or it ran out of time and goes on with the next job."""
    planned: int = 0
    """Channels that have a plan now."""
    solved: int = 0
    """Those that had to be worked out."""


def is_wanted(services: Services, shop: str) -> bool:
    """Whether the shop's policy asks for plans."""
    policy = services.book.policy(shop)
    return policy.planning != "off" and policy.mode is not Mode.OFF


def run(services: Services, shop: str) -> Planned:
    """One round for one shop. Raises ``Unknown`` without a policy, and ``StoreAway``."""
    if not is_wanted(services, shop) or not is_imported(services, shop):
        return Planned(is_whole=True)
    lease = services.leases.acquire(keys.shop_lease(shop, "plan"), LEASE)
    if lease is None:
        return Planned(is_whole=False)
    try:
        return _Round(services, shop).run()
    finally:
        lease.release()


class ChannelPlan(NamedTuple):
    """A channel as the planner last saw it."""

    channel: str
    at: float
    plan: QueuePlan | None
    """With all its steps."""
    why: str
    """Why there is none; empty: there is."""
    known: Mapping[str, float | None]
    """The estimates: see ``_told``; empty where nothing can be planned."""
    learned: Mapping[str, Mapping[str, float | None]]
    """What they rest on: see ``_rests``."""
    later: tuple[tuple[float, LateLevels], ...] = ()
    """The plan's ``late`` as it will be at the next full hours; times in seconds."""


def plans(services: Services, shop: str) -> list[ChannelPlan]:
    """What was last planned, by channel; none where the policy wants no plan."""
    if not is_wanted(services, shop):
        return []
    return [
        ChannelPlan(
            name,
            told["at"],
            _plan_from(told),
            told.get("why", ""),
            told.get("known", {}),
            told.get("learned", {}),
            tuple((at, _levels_from(said)) for at, said in told.get("later", ())),
        )
        for name, told in sorted(kept(services, shop).items())
    ]


def _plan_from(told: Mapping[str, Any]) -> QueuePlan | None:
    said = told.get("plan")
    if said is None:
        return None
    steps = {name: tuple(said.get(name, ())) for name in ("times", "levels", "ends")}
    late = None if said.get("late") is None else _levels_from(said["late"])
    return QueuePlan(**{**said, **steps, "late": late})


def _levels_from(said: Mapping[str, Any]) -> LateLevels:
    places = tuple(tuple(row) for row in said["places"])
    return LateLevels(tuple(said["crowds"]), tuple(said["slacks"]), places)


def kept(services: Services, shop: str) -> dict[str, Any]:
    """By channel what was last planned, why not, and what is estimated; empty before a round."""
    return _read(services, shop, KEPT)


def _read(services: Services, shop: str, name: str) -> dict[str, Any]:
    text = services.progress.get(shop, name)
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


class _Round:
    """One round, while the lease is held."""

    def __init__(self, services: Services, shop: str) -> None:
        self._services, self._shop = services, shop
        self._now = services.clock.now()
        self._situation = services.situations.get(shop, self._now)
        self._policy = services.book.policy(shop, self._situation.policy_version)
        self._before = kept(services, shop)
        totals = services.tallies.totals(shop)
        self._came = counts.came(totals)
        self._taught = {
            name: taught(
                self._before.get(name, {}).get("taught", {}),
                counts.at_home(totals, name),
                self._policy.channels[name],
                self._situation,
                self._policy,
                self._now,
                goes_on=self._goes_on(name),
            )
            for name in self._channels()
        }
        self._team = team(
            _read(services, shop, TEAM), totals, self._situation, self._policy, self._now
        )
        self._forecast = forecast(services, shop)

    def run(self) -> Planned:
        planner, until = self._services.planner, monotonic() + self._services.pace.budget
        solved = planner.solved
        plans: dict[str, QueuePlan] = {}
        told = {name: self._before[name] for name in self._channels() if name in self._before}
        late: list[str] = []
        for name in self._channels():
            if monotonic() >= until and name in told:
                late.append(name)
                continue
            told[name], made = self._plan(self._policy.channels[name])
            if made is not None:
                plans[name] = made
        over = self._situation.plans.keys() - plans.keys() - set(late)
        self._services.situations.plan(self._shop, plans, over)
        self._services.progress.put(self._shop, KEPT, json.dumps(told))
        self._services.progress.put(self._shop, TEAM, json.dumps(self._team.plain()))
        if late:
            self._services.jobs.ensure(Task.PLAN, self._shop)
        return Planned(not late, len(plans), planner.solved - solved)

    def _channels(self) -> list[str]:
        """Those that home serves, the one that was planned longest ago first."""
        names = self._policy.home.channels & self._policy.channels.keys()
        return sorted(names, key=lambda name: (self._before.get(name, {}).get("at", 0.0), name))

    def _plan(self, channel: Channel) -> tuple[dict[str, Any], QueuePlan | None]:
        """What is to be kept of a channel, and its plan."""
        taught = self._taught[channel.name]
        told = {"at": self._now, "came": self._came, "taught": taught.plain()}
        times = taught.times(channel, self._policy)
        here = ahead(channel, self._policy, self._situation, self._forecast, self._now, times)
        if isinstance(here, str):
            return {**told, "why": here}, None
        estimates = self._learned(channel.name, here, taught)
        prospect = here.prospect
        seen = known(estimates, prospect.expected, prospect.concurrency)
        told |= {"estimates": estimate.plain(estimates), "known": _told(seen, here, self._now)}
        told["learned"] = self._rests(channel, taught)
        busy = rounds.held(here, channel.name, self._situation.held)
        planner = self._services.planner
        made = rounds.plan(planner, here, estimates, seen, busy, self._now, VALID)
        if made is None:
            return {**told, "why": "no forecast yet, and too few arrivals to go by"}, None
        coming = leaving.coming(planner, here, estimates, self._now)
        told["later"] = [(at, asdict(levels)) for at, levels in coming]
        return {**told, "plan": asdict(made)}, made

    def _learned(self, name: str, here: Ahead, taught: Taught) -> Estimates:
        """What is known of a channel, with what came since the last round."""
        expected, last = here.prospect.expected, self._before.get(name, {})
        if not self._goes_on(name):
            return estimate.begin(expected)
        new = {each: n - last["came"].get(each, 0) for each, n in self._came.items()}
        before = estimate.from_plain(last["estimates"])
        if taught.is_new_day:
            before = estimate.anew(before, expected)
        return rounds.learned(
            before, here, new, self._team.agents, last["at"], self._now, taught.work
        )

    def _goes_on(self, name: str) -> bool:
        """Whether a channel has estimates of today that are recent enough."""
        last = self._before.get(name, {})
        return "estimates" in last and 0.0 < self._now - last["at"] < FORGOTTEN

    def _rests(self, channel: Channel, taught: Taught) -> dict[str, dict[str, float | None]]:
        """By what is learned: what it was before anything was seen, and how much was seen."""
        people, presence = self._team.people, self._team.presence
        return {
            "handle_time": {"prior": channel.handle_time, "samples": taught.handle.samples},
            "patience": {"prior": channel.patience, "samples": taught.patience.samples},
            "agents": {"prior": people.agents, "samples": presence.samples},
        }


def _told(seen: Known, here: Ahead, now: float) -> dict[str, float | None]:
    """The estimates as a person reads them: agents, seconds, tickets an hour."""
    prospect = here.prospect
    return {
        "demand": seen.demand,
        "handle_time": MINUTE / seen.mu,
        "patience": MINUTE / seen.theta if seen.theta else None,
        "agents": prospect.agents(here.minute(now)) - missing(prospect, seen, here.minute(now)),
        "arrivals_an_hour": None if seen.rate is None else seen.rate * 60.0,
        "foretold_an_hour": here.coming.foretold(now, now + 3600.0)
        if here.coming.is_foretold(now)
        else None,
    }
