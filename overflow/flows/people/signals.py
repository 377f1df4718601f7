"""What is told from outside, as far as the policy has rules about it; each until it expires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from overflow.core.arrivals import signals
from overflow.core.arrivals.signals import Signal
from overflow.core.model import Policy
from overflow.errors import Invalid
from overflow.flows.services import Services

FURTHEST: Final = 60 * 86400.0
"""Seconds ahead that a signal may stand at most."""


class Told(NamedTuple):
    """A signal and what it does now."""

    name: str
    signal: Signal
    rules: tuple[str, ...]
    """The conditions about it that it meets, as the policy writes them."""
    lifts: Mapping[str, float]
    """Channel -> what its expected arrivals are multiplied by because of this signal."""


def give(
    services: Services,
    shop: str,
    name: str,
    *,
    value: float | None = None,
    until: float | None = None,
    by: str = "",
) -> Told:
    """Take a signal in, in place of the one of that name.

    Without ``until`` it stands as long as the policy's rules say. Raises ``Invalid`` with every
    fault: a name that no rule is about, a value missing that a rule compares, an end in the past.
    """
    policy, now = services.book.policy(shop), services.clock.now()
    plain = signals.name_of(name)
    if faults := _faults(plain, value, until, policy, now):
        raise Invalid("this signal cannot be taken", faults)
    ends = now + signals.lasts(plain, value, policy.signals) if until is None else until
    signal = Signal(now, ends, value, by, is_fixed=until is not None)
    services.situations.signal(shop, plain, signal)
    services.journal.append(shop, "signal", {"name": plain, **signal._asdict()})
    return told(plain, signal, policy, now)


def withdraw(services: Services, shop: str, name: str) -> None:
    """It does not hold any more, whether or not it did."""
    services.book.policy(shop)
    plain = signals.name_of(name)
    services.situations.signal(shop, plain, None)
    services.journal.append(shop, "signal_withdrawn", {"name": plain})


def standing(services: Services, shop: str) -> list[Told]:
    """What stands now, by name, with what it does now."""
    policy, now = services.book.policy(shop), services.clock.now()
    given = services.situations.get(shop, now).signals
    return [
        told(name, signal, policy, now)
        for name, signal in sorted(given.items())
        if signal.until > now
    ]


def told(name: str, signal: Signal, policy: Policy, now: float) -> Told:
    """A signal with what it does then."""
    rules = [
        str(rule.when)
        for rule in signals.about(name, policy.signals)
        if rule.when.holds(signal.value) and now < signal.ends(rule)
    ]
    found = {c: signals.lifted(c, now, {name: signal}, policy.signals) for c in policy.channels}
    return Told(name, signal, tuple(rules), {c: lifts[0][1] for c, lifts in found.items() if lifts})


def _faults(
    name: str, value: float | None, until: float | None, policy: Policy, now: float
) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    own = signals.about(name, policy.signals)
    if not own:
        faults["name"] = [_unknown(policy)]
    elif value is None and all(rule.when.comparison for rule in own):
        faults["value"] = [f"is missing: the policy has a rule for {own[0].when}"]
    if until is not None and until <= now:
        faults["until"] = ["is in the past"]
    elif until is not None and until > now + FURTHEST:
        faults["until"] = ["is more than 60 days ahead"]
    return faults


def _unknown(policy: Policy) -> str:
    known = sorted({rule.when.name for rule in policy.signals})
    if not known:
        return "is no signal of this policy: it has no rules for signals"
    return f"is no signal of this policy; there are {', '.join(known)}"
