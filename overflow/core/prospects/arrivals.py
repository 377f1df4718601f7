"""What is expected to arrive at a channel's line, each ticket weighed by the work it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from overflow.core.arrivals.expected import Forecast
from overflow.core.arrivals.history import QUARTER
from overflow.core.model import Channel, Policy, Situation
from overflow.core.optimum.course import Steps
from overflow.core.pool import Weights
from overflow.core.prospects.time import MINUTE, Span

_EVEN: Final = 0.02
"""Logarithm to which measured times are rounded: a plan need not move with every ticket."""


def evened(seconds: float) -> float:
    """The same to 2 %."""
    return math.exp(_EVEN * round(math.log(seconds) / _EVEN))


class Coming:
    """The arrivals at one channel's line, in tickets of that channel."""

    def __init__(
        self,
        channel: Channel,
        policy: Policy,
        situation: Situation,
        forecast: Forecast,
        now: float,
    ) -> None:
        self._forecast = forecast
        self._weights: dict[str, float] = {}
        """Channel -> what one of its tickets is; those that are served later are not there."""
        weigh = Weights(channel.name, situation, policy, now).weigh
        for name in policy.channels:
            weight = weigh(name)
            if weight is not None:
                self._weights[name] = 1.0 if name == channel.name else evened(weight[0])
        by_queue = ((queue, self._weights.get(_channel(queue))) for queue in forecast.queues)
        self._queues = {queue: weight for queue, weight in by_queue if weight is not None}
        self._own = [queue for queue in self._queues if _channel(queue) == channel.name]

    def is_foretold(self, now: float) -> bool:
        """Whether anything is known of the channel itself, at that time."""
        number = int(now // QUARTER)
        return any(self._forecast.quarter(queue, number) is not None for queue in self._own)

    def foretold(self, begin: float, until: float) -> float:
        """Between two moments (epoch seconds)."""
        return sum(self._in_quarter(a, b) for a, b in _quarters(begin, until))

    def came(self, arrived: Mapping[str, int]) -> float:
        """What really came, given by channel."""
        return sum(n * self._weights.get(channel, 0.0) for channel, n in arrived.items())

    def rate(self, spans: tuple[Span, ...]) -> Steps:
        """(minute, tickets a minute) over the stretches, a rate that jumps between its pieces."""
        return steps(self._pieces(spans))

    def _in_quarter(self, begin: float, until: float) -> float:
        """Between two moments of one quarter of an hour."""
        number = int(begin // QUARTER)
        found = ((self._forecast.quarter(queue, number), w) for queue, w in self._queues.items())
        whole = sum(each.arrivals * weight for each, weight in found if each is not None)
        return whole * (until - begin) / QUARTER

    def _pieces(self, spans: tuple[Span, ...]) -> Iterator[tuple[float, float]]:
        """(minutes, tickets) one after the other; who came between comes in the first minute."""
        before = spans[0][0]
        for begin, until in spans:
            waiting = self.foretold(before, begin)
            opened = min(begin + MINUTE, until) if waiting else begin
            if waiting:
                yield (opened - begin) / MINUTE, waiting + self.foretold(begin, opened)
            for a, b in _quarters(opened, until):
                yield (b - a) / MINUTE, self._in_quarter(a, b)
            before = until


def _channel(queue: str) -> str:
    return queue.partition(".")[0]


def _quarters(begin: float, until: float) -> Iterator[Span]:
    """The time between, cut where quarters of an hour end."""
    while begin < until:
        end = min(until, (begin // QUARTER + 1) * QUARTER)
        yield begin, end
        begin = end


def steps(pieces: Iterable[tuple[float, float]]) -> Steps:
    """(minute, tickets a minute), both ends of each flat piece; given as (minutes, tickets).

    Neighbours whose rates are the same to 2 % are one: each change costs a plan its time.
    """
    found: list[tuple[float, float]] = []
    at = 0.0
    for minutes, tickets in _joined(pieces):
        found += [(at, tickets / minutes), (at + minutes, tickets / minutes)]
        at += minutes
    return tuple(found)


def _joined(pieces: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    whole, inside, first = 0.0, 0.0, 0.0
    for minutes, tickets in pieces:
        rate = tickets / minutes
        if whole and abs(rate - first) > _EVEN * first:
            yield whole, inside
            whole = inside = 0.0
        first = first if whole else rate
        whole, inside = whole + minutes, inside + tickets
    if whole:
        yield whole, inside
