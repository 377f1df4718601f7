"""Figures as people read them."""

from __future__ import annotations

_MINUTE = 1.0
_HOUR = 60.0
_MANY = 100.0


def percent(share: float) -> str:
    """``0.1234`` as ``12.3 %``."""
    return f"{100.0 * share:.1f} %"


def minutes(value: float | None) -> str:
    """A time in minutes, in the unit in which it is short."""
    if value is None:
        return "-"
    if value < 2 * _MINUTE:
        return f"{60.0 * value:.0f} s"
    if value < 2 * _HOUR:
        return f"{value:.1f} min"
    return f"{value / _HOUR:.1f} h"


def euros(value: float) -> str:
    """Euros, whole where they are many."""
    return f"€ {value:,.0f}" if abs(value) >= _MANY else f"€ {value:,.2f}"
