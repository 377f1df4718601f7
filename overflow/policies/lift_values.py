"""The kinds of values in a policy that say when how much more than usual arrives."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

from marshmallow import ValidationError

from overflow.core.arrivals.day_rules import DayRule, parse_rule
from overflow.core.arrivals.peaks import ALL, Factors
from overflow.core.arrivals.signals import Condition, parse_condition
from overflow.policies.values import Value

MOST: Final = 20.0
"""The largest factor: beyond it somebody meant per cent."""

_CLOCK: Final = re.compile(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)")
_MOST_TEXT: Final = 100
_DAY: Final = 86400.0


class DayText(Value[DayRule]):
    """A day of the calendar, or a rule for days."""

    kind = "day or rule"

    def read(self, value: object) -> DayRule:
        if not isinstance(value, str) or len(value) > _MOST_TEXT:
            raise ValidationError("must be a day or a rule for days, such as black friday")
        try:
            return parse_rule(value)
        except ValueError as fault:
            raise ValidationError(str(fault)) from None


class ConditionText(Value[Condition]):
    """A signal, and what its value has to be."""

    kind = "signal"

    def read(self, value: object) -> Condition:
        try:
            return parse_condition(value if isinstance(value, str) else "")
        except ValueError as fault:
            raise ValidationError(str(fault)) from None


class ClockHours(Value[tuple[float, float]]):
    """``10:00-14:00`` as seconds after midnight."""

    kind = "from-until"

    def read(self, value: object) -> tuple[float, float]:
        found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise ValidationError("must be from when until when, such as 10:00-14:00")
        hours, minutes = (int(found[1]), int(found[3])), (int(found[2]), int(found[4]))
        begin, end = (float(h * 3600 + m * 60) for h, m in zip(hours, minutes, strict=True))
        if max(minutes) >= 60 or not begin < end <= _DAY:  # noqa: PLR2004  minutes of an hour
            raise ValidationError("must end after it begins, at 24:00 at the latest")
        return begin, end


class LiftValue(Value[Factors]):
    """``2.5`` for every channel, or a factor for each channel that is named."""

    kind = "factor, or factors by channel"

    def read(self, value: object) -> Factors:
        if not isinstance(value, Mapping):
            return ((ALL, _factor(value)),)
        if not value:
            raise ValidationError("names no channel")
        faults: dict[str, list[str]] = {}
        found: list[tuple[str, float]] = []
        for channel, factor in value.items():
            try:
                found.append((str(channel), _factor(factor)))
            except ValidationError as fault:
                faults[str(channel)] = [str(text) for text in fault.messages]
        if faults:
            raise ValidationError(faults)
        return tuple(sorted(found))


def _factor(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValidationError("must be a factor such as 1.5, or 0.8 for less than usual")
    if not 0 <= value <= MOST:
        raise ValidationError(f"must lie between 0 and {MOST:g}; 1.5 is half as much again")
    return float(value)
