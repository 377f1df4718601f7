"""Erlang's formulas B, C and A: many servers, Poisson arrivals, steady state.

Loads are in erlangs (arrival rate x mean service time). They hold a simulator to account; they
decide nothing: in overload C explodes.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln


class ErlangA(NamedTuple):
    """Shares 0..1 of all arrivals."""

    wait: float
    abandon: float


def erlang_b(servers: int, load: float) -> float:
    """Chance that all servers are busy where nobody waits (Erlang 1917).

    By the recursion over servers, whose terms are all positive. Raises ValueError for negative
    servers or load.
    """
    _check(servers, load)
    if load == 0:
        return 0.0 if servers else 1.0
    inverse = 1.0
    for n in range(1, servers + 1):
        inverse = 1.0 + inverse * n / load
    return 1.0 / inverse


def erlang_c(servers: int, load: float) -> float:
    """Chance that an arrival waits where everybody waits as long as it takes (Erlang 1917).

    1 where the load reaches the servers: the line grows without end. Raises like ``erlang_b``.
    """
    blocked = erlang_b(servers, load)
    if load >= servers:
        return 1.0
    return blocked / (1.0 - (load / servers) * (1.0 - blocked))


def erlang_a(servers: int, load: float, impatience: float) -> ErlangA:
    """Chance to wait and chance to give up where customers have exponential patience.

    ``impatience`` is mean service time / mean patience (no unit). At 0 (below 1e-7) it is the
    limit: Erlang C, with the share above capacity lost in overload. Palm 1957; Garnett,
    Mandelbaum and Reiman, "Designing a call center with impatient customers", 2002. Raises
    ValueError for a negative argument.
    """
    blocked = erlang_b(servers, load)
    if impatience < 0:
        raise ValueError(f"erlang_a: impatience {impatience} is negative")
    if blocked == 0:
        return ErlangA(0.0, 0.0)
    if impatience < 1e-7:
        return ErlangA(erlang_c(servers, load), max(0.0, 1.0 - servers / load) if load else 0.0)
    # Less is as good as nothing, which would have no logarithm.
    offered = max(1e-9, load / impatience)
    log_total, mean = _queue(servers / impatience, offered)
    # Weights relative to "all busy, nobody waits"; that state has the weight `blocked` in B.
    wait = 1.0 / (1.0 + math.exp(-log_total) * (1.0 - blocked) / blocked)
    return ErlangA(wait, wait * mean / offered)


def _queue(x: float, y: float) -> tuple[float, float]:
    """Of the weights y^j / ((x+1)...(x+j)), j = 0, 1, ...: log of their sum, and the mean of j."""
    spread = 14.0 * math.sqrt(y + x) + 60.0
    first = max(0.0, math.floor(y - x - spread))
    j = np.arange(first, max(0.0, y - x) + spread)
    begin = first * math.log(y) - float(gammaln(x + first + 1.0) - gammaln(x + 1.0))
    logs = begin - np.concatenate(([0.0], np.cumsum(np.log1p((x - y + j[1:]) / y))))
    top = float(logs.max())
    weights = np.exp(logs - top)
    total = float(weights.sum())
    return top + math.log(total), float(weights @ j) / total


def _check(servers: int, load: float) -> None:
    if servers < 0 or load < 0:
        raise ValueError(f"servers {servers} and load {load} must not be negative")
