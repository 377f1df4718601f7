"""What the vendors' plans allow, as they count it and say it: a server that has one keeps to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass
class Window:
    """So many calls in every stretch of the clock, as in "a minute"."""

    size: int
    seconds: float
    used: int = 0
    began: float = 0.0

    def take(self, cost: int, now: float) -> bool:
        """Whether that much was left; now it is used."""
        began = now - now % self.seconds
        if began != self.began:
            self.began, self.used = began, 0
        self.used += cost
        return self.used <= self.size

    def left(self, now: float) -> tuple[int, float]:
        """Calls, and the seconds until there are more."""
        return max(0, self.size - self.used), self.began + self.seconds - now


@dataclass
class Bucket:
    """A leaky bucket: it holds so many calls, and that many leak out in so many seconds."""

    size: int
    seconds: float
    used: float = 0.0
    at: float = 0.0

    def take(self, cost: int, now: float) -> bool:
        self.used = max(0.0, self.used - (now - self.at) * self.size / self.seconds)
        self.at = now
        if self.used + cost > self.size:
            return False
        self.used += cost
        return True

    def left(self, now: float) -> tuple[int, float]:
        return int(self.size - self.used), self.seconds / self.size


@dataclass
class Plan:
    """A budget; what a call costs of it; and how the answers' headers tell."""

    name: str
    budget: Window | Bucket
    told: Callable[[int, int, float, int], Mapping[str, str]]
    """(size, left, seconds until there is more, cost) -> headers."""
    cost: Callable[[Mapping[str, str]], int] = lambda query: 1
    spent: int = 0
    """Calls so far, as they count."""
    refused: int = 0

    def enter(self, query: Mapping[str, str], now: float) -> tuple[bool, Mapping[str, str]]:
        """Whether a call is let through, and the headers of its answer."""
        cost = self.cost(query)
        is_let = self.budget.take(cost, now)
        self.spent += cost if is_let else 0
        self.refused += not is_let
        left, until = self.budget.left(now)
        return is_let, self.told(self.budget.size, left, until, cost)


def _retry(until: float) -> dict[str, str]:
    return {"Retry-After": str(int(until) + 1)}


def _zendesk(size: int, left: int, until: float, cost: int) -> Mapping[str, str]:
    told = {"X-Rate-Limit": str(size), "X-Rate-Limit-Remaining": str(left)}
    told["ratelimit-reset"] = str(int(until) + 1)
    return told if left else {**told, **_retry(until)}


def _freshdesk(size: int, left: int, until: float, cost: int) -> Mapping[str, str]:
    told = {
        "X-RateLimit-Total": str(size),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Used-CurrentRequest": str(cost),
    }
    return told if left else {**told, **_retry(until)}


def _gorgias(size: int, left: int, until: float, cost: int) -> Mapping[str, str]:
    told = {"X-Gorgias-Account-Api-Call-Limit": f"{size - left}/{size}"}
    return told if left else {**told, **_retry(until)}


def _embedded(query: Mapping[str, str]) -> int:
    """At Freshdesk each thing that is included counts as two calls more."""
    return 1 + 2 * len([name for name in query.get("include", "").split(",") if name])


PLANS: Mapping[str, Callable[[], Plan]] = {
    "zendesk": lambda: Plan("Professional, 400 a minute", Window(400, 60.0), _zendesk),
    "freshdesk": lambda: Plan("Pro, 400 a minute", Window(400, 60.0), _freshdesk, _embedded),
    "gorgias": lambda: Plan("API key, 40 in 20 seconds", Bucket(40, 20.0), _gorgias),
    "chatwoot": lambda: Plan("as installed, 3000 a minute", Window(3000, 60.0), lambda *_: {}),
}
