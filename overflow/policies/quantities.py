"""Numbers in a policy document, alone or with a unit: counts, durations, shares."""

from __future__ import annotations

import math
import re
from typing import Any, ClassVar, Final, TypeVar

from marshmallow import ValidationError

from overflow.policies.values import Value

T = TypeVar("T")

_DURATION: Final = re.compile(r"(?:(\d+(?:\.\d+)?)\s*([smhd])\s*)+")
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_SHARE: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")

_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
LONGEST: Final = 366 * 86400.0
"""Seconds: the longest duration that is taken."""


class _Bounded(Value[T]):
    """From ``least`` to ``most``, both included."""

    lowest: ClassVar[float] = 0
    highest: ClassVar[float] = 1_000_000

    def __init__(
        self,
        about: str = "",
        *,
        least: float | None = None,
        most: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(about, **kwargs)
        self.least = self.lowest if least is None else least
        self.most = self.highest if most is None else most


class Number(_Bounded[float]):
    """A number within bounds."""

    kind = "number"

    def read(self, value: object) -> float:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            raise ValidationError(f"must be a {self.kind}")
        if not self.least <= value <= self.most:
            raise ValidationError(f"must lie between {self.least:g} and {self.most:g}")
        return float(value)


class Whole(_Bounded[int]):
    """A whole number within bounds."""

    kind = "whole number"

    def read(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("must be a whole number")
        if not self.least <= value <= self.most:
            raise ValidationError(f"must lie between {self.least} and {self.most}")
        return value


class Duration(_Bounded[float]):
    """``20s``, ``5m``, ``1h30m``, ``2d`` or seconds."""

    kind = "duration"
    lowest, highest = 0.001, LONGEST

    def read(self, value: object) -> float:
        seconds = _seconds(value)
        if seconds is None:
            raise ValidationError("must be a duration such as 20s, 5m, 1h30m or 2d")
        if not self.least <= seconds <= self.most:
            least, most = spoken(self.least), spoken(self.most)
            raise ValidationError(f"must be from {least} to {most}")
        return seconds


class Share(Value[float]):
    """``80%`` or ``0.8``."""

    kind = "share"

    def read(self, value: object) -> float:
        if isinstance(value, str) and (found := _SHARE.fullmatch(value.strip())):
            value = float(found[1]) / 100
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ValidationError("must be a share such as 80% or 0.8")
        return float(value)


def spoken(seconds: float) -> str:
    """A duration as one would write it: ``90.0`` is ``1m30s``."""
    if seconds < 1:
        return f"{seconds:g}s"
    text, rest = "", round(seconds)
    for unit in "dhms":
        count, rest = divmod(rest, int(_UNITS[unit]))
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def _seconds(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if not isinstance(value, str) or len(value) > 40 or not _DURATION.fullmatch(value.strip()):  # noqa: PLR2004  longer is no duration
        return None
    return sum(float(count) * _UNITS[unit] for count, unit in _PART.findall(value))
