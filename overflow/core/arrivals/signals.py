"""What is told from outside (a temperature, a campaign, a strike), and what the policy makes of it.

A signal stands under its name until it expires; the next one of that name takes its place. A rule
says for which values it lifts the expected arrivals, by which factor and for how long. Of several
rules about one signal the one that lifts a channel furthest from 1 counts: it is one cause.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, cast

from overflow.core.arrivals.peaks import Factors, factor_of

Comparison = Literal[">=", ">", "<=", "<", "="]

_NAME: Final = r"[^\W_](?:[\w -]*[^\W_])?"
_CONDITION: Final = re.compile(rf"({_NAME})(?: ?(>=|>|<=|<|=) ?(-?\d+(?:\.\d+)?))?")
LONGEST_NAME: Final = 60
_COMPARED: Final[Mapping[Comparison, Callable[[float, float], bool]]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A signal's name and, unless its being there is enough, what its value has to be."""

    name: str
    comparison: Comparison | None = None
    level: float = 0.0

    def __str__(self) -> str:
        return f"{self.name} {self.comparison} {self.level:g}" if self.comparison else self.name

    def holds(self, value: float | None) -> bool:
        """Whether a signal of this name with that value meets it."""
        if self.comparison is None:
            return True
        if value is None:
            return False
        return _COMPARED[self.comparison](value, self.level)


@dataclass(frozen=True, slots=True)
class SignalRule:
    """What a signal means for the arrivals."""

    when: Condition
    lift: Factors
    lasts: float
    """Seconds after the signal was given."""


class Signal(NamedTuple):
    """A signal that was given."""

    at: float
    until: float
    """When it expires."""
    value: float | None = None
    by: str = ""
    is_fixed: bool = False
    """Whoever gave it said until when; else each rule says how long."""

    def ends(self, rule: SignalRule) -> float:
        """Until when the rule lifts anything because of it."""
        return self.until if self.is_fixed else min(self.until, self.at + rule.lasts)


def parse_condition(text: str) -> Condition:
    """``temperature >= 18`` or ``campaign sent``. Raises ValueError with a message for a person."""
    found = _CONDITION.fullmatch(name_of(text))
    if found is None or len(found[1]) > LONGEST_NAME:
        raise ValueError("must be a signal, such as temperature >= 18 or campaign sent")
    if found[2] is None:
        return Condition(found[1])
    return Condition(found[1], cast("Comparison", found[2]), float(found[3]))


def name_of(text: str) -> str:
    """A signal's name as it is compared: small letters, single spaces."""
    return " ".join(text.casefold().split())


def about(name: str, rules: Iterable[SignalRule]) -> tuple[SignalRule, ...]:
    """The rules about a signal, in the policy's order."""
    return tuple(rule for rule in rules if rule.when.name == name)


def lasts(name: str, value: float | None, rules: Iterable[SignalRule]) -> float:
    """Seconds that a signal is of use: as the longest rule that it meets says.

    One that meets none is kept as long as the longest rule about it, to be seen. 0: there is none.
    """
    own = about(name, rules)
    met = [rule.lasts for rule in own if rule.when.holds(value)]
    return max(met or [rule.lasts for rule in own], default=0.0)


def lifted(
    channel: str, at: float, given: Mapping[str, Signal], rules: Iterable[SignalRule]
) -> list[tuple[str, float, float]]:
    """What lifts the channel then: name of the signal, factor, until when (epoch seconds)."""
    found: dict[str, tuple[float, float]] = {}
    for rule in rules:
        signal = given.get(rule.when.name)
        if signal is None or not signal.at <= at < signal.ends(rule):
            continue
        factor = factor_of(rule.lift, channel)
        if not rule.when.holds(signal.value) or factor == 1.0:
            continue
        known = found.get(rule.when.name)
        if known is None or abs(factor - 1.0) > abs(known[0] - 1.0):
            found[rule.when.name] = factor, signal.ends(rule)
    return [(name, factor, until) for name, (factor, until) in found.items()]
