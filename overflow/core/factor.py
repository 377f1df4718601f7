"""How far the truth is from what was expected: one factor, learned from counts.

Whatever the service counts (arrivals, ends, customers who give up) comes at a rate that somebody
foretold: a forecast, a configured handle time, a usual patience. The truth is that rate times a
factor. What is known of the factor is a belief: a weight for each of ``GRID``'s values, from a
tenth to ten times in steps of 6 %. ``k`` events where ``m`` were expected multiply the weight of
each value ``f`` with Poisson's ``f^k exp(-f m)`` (for exponential times the exact likelihood,
tickets still under way included, when ``m`` counts their time too).

    trusting the plan    part of the prior stands at exactly 1, so noise moves nothing: the belief
                         leaves the plan only when the evidence outweighs that trust
    surprise             at any time the factor may jump to a fresh draw from the prior (once in
                         ``memory`` on average), so that a step nobody foresaw is believed within
                         some fifty events, and forgotten when it ends

This is the forward recursion of a hidden Markov chain whose states are the grid (Rabiner 1989),
Fearnhead and Liu's 2007 filter for change points with the run length summed out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]
Belief: TypeAlias = tuple[float, ...]
"""Weights over ``GRID``, summing to 1; plain numbers, so JSON keeps it."""

STEP: Final = 0.06
"""Distance of the grid's values in logarithms."""

_HALF: Final = 38
_LOGS: Final = STEP * np.arange(-_HALF, _HALF + 1)
GRID: Final = np.exp(_LOGS)
"""The factors that can be believed: 77 values from 0.10 to 9.8, symmetric about 1."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before anything is counted, and how long it stays true."""

    trust: float
    """Chance 0..1 that the expectation is simply right."""
    spread: float
    """Otherwise it is lognormal about 1, with this standard deviation of its logarithm."""
    memory: float
    """Mean time between two changes of the factor, in the unit of time of what is counted."""


def begin(prior: Prior) -> Belief:
    """Before the first count."""
    return _plain(_fresh(prior))


def learn(belief: Belief, prior: Prior, events: float, expected: float, lasted: float) -> Belief:
    """The belief after ``lasted`` time in which ``events`` came where ``expected`` were foretold.

    ``expected`` is 0 or more; the unit of ``lasted`` is that of ``prior.memory``.
    """
    weights = np.array(belief)
    share = -np.expm1(-lasted / prior.memory)
    weights += share * (_fresh(prior) - weights)
    if events or expected:
        likelihood = events * _LOGS - expected * GRID
        weights *= np.exp(likelihood - likelihood.max())
    total = weights.sum()
    if not total > 0.0:  # nothing on the grid could have done that: begin anew
        return begin(prior)
    return _plain(weights / total)


def middle(belief: Belief) -> float:
    """The factor's geometric mean: 1 as long as nothing speaks for more or for less."""
    return float(np.exp(np.dot(belief, _LOGS)))


def trusted(belief: Belief) -> float:
    """Chance 0..1 that the expectation is right to half a step."""
    return belief[_HALF]


@lru_cache(maxsize=256)
def _fresh(prior: Prior) -> Vector:
    bell = np.exp(-0.5 * (_LOGS / prior.spread) ** 2)
    weights = np.asarray((1.0 - prior.trust) / bell.sum() * bell, dtype=np.float64)
    weights[_HALF] += prior.trust
    weights.setflags(write=False)
    return weights


def _plain(weights: Vector) -> Belief:
    return tuple(weights.tolist())
