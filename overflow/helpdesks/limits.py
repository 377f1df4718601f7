"""How many calls each helpdesk allows, and how the headers of its answers say what is left.

A budget is so many calls in every stretch of so many seconds. Where a vendor has several plans the
smallest stands here, and what the helpdesk itself says takes its place; a shop's own ``limit`` is
never exceeded, whatever the helpdesk says, for others may work with the same account.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

LONGEST_WAIT: Final = 3600.0
"""Seconds for which a helpdesk is left alone at the most, whatever it says."""
_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
_MOST: Final = 999_999_999


@dataclass(frozen=True, slots=True)
class Budget:
    """``calls`` in any ``seconds``."""

    calls: int
    seconds: float
    is_firm: bool = False
    """It is the shop's own, which nothing raises."""
    is_leaky: bool = False
    """The vendor counts by a leaky bucket that holds ``calls`` and loses as many in ``seconds``."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer's headers say; None: they do not."""

    limit: int | None = None
    """Calls in the budget's seconds."""
    remaining: int | None = None
    """Calls that are left of them now."""
    reset: float | None = None
    """Seconds until all are there again."""
    cost: int = 1
    """Calls that this one counted as."""


@dataclass(frozen=True, slots=True)
class Part:
    """Calls that have a limit of their own inside the budget, in the same seconds."""

    name: str
    what: re.Pattern[str]
    """Method and path of such a call."""
    plans: tuple[tuple[int, int], ...]
    """A plan's budget, and how many of it such calls may be; the smallest plan first."""

    def of(self, calls: int) -> int:
        """What they may be of so many calls: as in the largest plan that has no more."""
        (_, least), *_ = self.plans
        return min(calls, [least, *(own for budget, own in self.plans if budget <= calls)][-1])


Reader = Callable[[Mapping[str, str]], Told]


def _zendesk(headers: Mapping[str, str]) -> Told:
    """https://developer.zendesk.com/api-reference/introduction/rate-limits/."""
    reset = _whole(headers.get("ratelimit-reset"))
    return Told(
        _whole(headers.get("x-rate-limit") or headers.get("ratelimit-limit")),
        _whole(headers.get("x-rate-limit-remaining") or headers.get("ratelimit-remaining")),
        None if reset is None else min(LONGEST_WAIT, reset),
    )


def _freshdesk(headers: Mapping[str, str]) -> Told:
    """https://developers.freshdesk.com/api/#ratelimit. Some calls count as several."""
    return Told(
        _whole(headers.get("x-ratelimit-total")),
        _whole(headers.get("x-ratelimit-remaining")),
        cost=_whole(headers.get("x-ratelimit-used-currentrequest")) or 1,
    )


def _gorgias(headers: Mapping[str, str]) -> Told:
    """https://developers.gorgias.com/reference/limitations: calls in the bucket, and its size."""
    used, _, size = headers.get("x-gorgias-account-api-call-limit", "").partition("/")
    held, limit = _whole(used), _whole(size)
    remaining = None if held is None or limit is None else max(0, limit - held)
    return Told(limit, remaining)


def _silent(headers: Mapping[str, str]) -> Told:
    """It says nothing but Retry-After."""
    del headers
    return Told()


_READERS: Final[Mapping[str, Reader]] = {
    "zendesk": _zendesk,
    "freshdesk": _freshdesk,
    "gorgias": _gorgias,
}
PUBLISHED: Final[Mapping[str, Budget]] = {
    "chatwoot": Budget(3000, 60.0),
    "freshdesk": Budget(200, 60.0),
    "gorgias": Budget(40, 20.0, is_leaky=True),
    "zendesk": Budget(200, 60.0),
}
"""By connector: Chatwoot's own default, Freshdesk Growth, an API key of Gorgias's, Zendesk Team."""


_PARTS: Final[Mapping[str, tuple[Part, ...]]] = {
    "freshdesk": (
        Part("list", re.compile(r"GET .*/tickets"), ((200, 20), (400, 100), (700, 200))),
        Part("update", re.compile(r"PUT .*/tickets/\d+"), ((200, 80), (400, 160), (700, 280))),
    ),
    "zendesk": (
        Part("export", re.compile(r"GET .*/incremental/.*"), ((200, 10), (2500, 30))),
        Part("update", re.compile(r"PUT .*/tickets/\d+"), ((200, 100), (2500, 300))),
    ),
}
"""By connector: Freshdesk Growth, Pro and Enterprise; Zendesk without and with its add-on."""


def parts_of(connector: str) -> tuple[Part, ...]:
    """The calls of such a helpdesk that have limits of their own."""
    return _PARTS.get(connector, ())


def reader_of(connector: str) -> Reader:
    """What reads the headers of such a helpdesk."""
    return _READERS.get(connector, _silent)


def budget_of(connector: str, options: Mapping[str, object]) -> Budget | None:
    """What a shop may ask of its helpdesk, by its (not yet validated) options; None: no limit."""
    published = PUBLISHED.get(connector)
    limit: Any = options.get("limit")
    if not limit:
        return published
    is_leaky = published is not None and published.is_leaky
    return Budget(int(limit["requests"]), float(limit["seconds"]), is_firm=True, is_leaky=is_leaky)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds. A date is held against the answer's own Date, never against our clock."""
    text = headers.get("retry-after", "").strip()
    if (seconds := _number(text)) is not None:
        return min(LONGEST_WAIT, seconds)
    try:
        until = parsedate_to_datetime(text)
        sent = parsedate_to_datetime(headers["date"])
        return min(LONGEST_WAIT, max(0.0, (until - sent).total_seconds()))
    except (KeyError, TypeError, ValueError):
        return None


def _whole(text: str | None) -> int | None:
    """A count, or seconds; None for anything else."""
    number = _number((text or "").strip())
    return None if number is None else int(min(number, _MOST))


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None
