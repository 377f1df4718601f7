"""The line before a ticket at home, over all queues that the same people serve.

Home's agents A share their time over channels. A ticket of channel c costs ``h_c / n_c`` seconds
of an agent (handle time over concurrency), so

    slots for channel c         A n_c
    a waiting ticket of c'      (h_c' / n_c') / (h_c / n_c) tickets of c; 1 where a time is unknown
    one of c' in work           n_c / n_c' slots of c

and the pool is one first-come-first-served line of ``queueing``'s kind. That is exact where all
weights are 1 and an approximation by mean work elsewhere.

Who is on the line goes first: agents put e-mails aside for a call or a chat. So before a ticket of
a live channel stand the live queues only, before any other ticket all of them. Live tickets that
will come later and overtake it are not foreseen.

A ticket that joins now stands behind everybody. One that is i-th of the n waiting in its own
queue is taken to have come at the quantile i / (n + 1) of the others' arrivals too (the mean of
the i-th of n order statistics), so that share of the other queues stands before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from overflow.core.model import HOME, Load, Mode, Policy, Situation, Ticket
from overflow.core.trace import Input

_NOTHING = Load()

LEAST = 0.001
"""Seconds of work; less than that on a ticket is a slip of a clock or pen, not a handle time."""


class Before(NamedTuple):
    """What stands before a ticket."""

    ahead: float
    """Waiting, in tickets of its channel."""
    wip: float
    """In work, in slots of its channel."""
    backlog: int
    """The same as a plain count of tickets."""


def before(ticket: Ticket, queue: str, situation: Situation, policy: Policy, now: float) -> Before:
    """The pool's line before the ticket."""
    weigh = Weights(ticket.channel, situation, policy, now).weigh
    in_line, share = ticket.ahead, 1.0
    if in_line is not None:
        waiting = max(home_load(situation, policy, queue).waiting, in_line + 1)
        share = (in_line + 1) / (waiting + 1)
    ahead = wip = count = 0.0
    for name, (there, busy) in _at_home(situation, policy):
        weights = weigh(name.partition(".")[0])
        if weights is None:
            continue
        before_it = there * share if in_line is None or name != queue else float(in_line)
        count += before_it + busy
        ahead += before_it * weights[0]
        wip += busy * weights[1]
    return Before(ahead, wip, round(count))


def home_load(situation: Situation, policy: Policy, queue: str) -> Load:
    """What home has of a queue; while observing, without what was decided to a partner."""
    load = situation.loads.get((HOME, queue), _NOTHING)
    if policy.mode is not Mode.OBSERVE or not situation.virtual:
        return load
    return _without(load, queue, situation)


def _at_home(situation: Situation, policy: Policy) -> Iterator[tuple[str, Load]]:
    is_observing = policy.mode is Mode.OBSERVE and bool(situation.virtual)
    for (team, queue), load in situation.loads.items():
        if team == HOME:
            yield queue, _without(load, queue, situation) if is_observing else load


def _without(load: Load, queue: str, situation: Situation) -> Load:
    waiting, wip = load
    for (_, name), there in situation.virtual.items():
        if name == queue:
            waiting -= there.waiting
            wip -= there.wip
    return Load(max(0, waiting), max(0, wip))


class Weights:
    """What tickets of each channel weigh before one of ``own``; a channel is looked up once."""

    def __init__(self, own: str, situation: Situation, policy: Policy, now: float) -> None:
        self._of = situation, policy, now
        self._concurrency = policy.home.concurrency.get(own, 1)
        self._is_live = _is_live(own, policy)
        self._seconds = handle_time(own, situation, policy, now)[0]
        self._known: dict[str, tuple[float, float] | None] = {own: (1.0, 1.0)}

    def weigh(self, channel: str) -> tuple[float, float] | None:
        """(waiting, in work); None: home does not serve it, or serves it later."""
        if channel not in self._known:
            self._known[channel] = self._weighed(channel)
        return self._known[channel]

    def _weighed(self, channel: str) -> tuple[float, float] | None:
        situation, policy, now = self._of
        if channel not in policy.home.channels or (self._is_live and not _is_live(channel, policy)):
            return None
        slots = self._concurrency / policy.home.concurrency.get(channel, 1)
        seconds = handle_time(channel, situation, policy, now)[0]
        if seconds is None or self._seconds is None:
            return 1.0, slots
        return seconds / self._seconds * slots, slots


def _is_live(channel: str, policy: Policy) -> bool:
    known = policy.channels.get(channel)
    return known is not None and known.live


def handle_time(
    channel: str, situation: Situation, policy: Policy, now: float
) -> tuple[float | None, Input]:
    """Seconds of work per ticket of a channel at home: measured, else expected, else unknown."""
    expected = policy.channels[channel].handle_time if channel in policy.channels else None
    limit = policy.ages.handle_time
    sample = situation.handle_time.get((HOME, channel))
    age = None if sample is None else now - sample.at
    if sample is None or age is None:
        why = "never measured"
    elif sample.n < policy.min_samples:
        why = f"only {sample.n:.0f} measured, {policy.min_samples} wanted"
    elif age > limit:
        why = "measured too long ago"
    elif sample.mean >= LEAST:
        return sample.mean, Input("handle_time", age, limit, "as measured")
    else:
        why = "measured as nothing"
    if expected is None or expected < LEAST:
        return None, Input("handle_time", age, limit, f"{why}: unknown")
    return expected, Input("handle_time", age, limit, f"{why}: the policy's expected one used")
