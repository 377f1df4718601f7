"""Signals from outside: given, shown with what they do, withdrawn."""

from __future__ import annotations

from typing import Any

from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import services
from overflow.api.schemas.signals import (
    SignalListSchema,
    SignalRequestSchema,
    SignalSchema,
    signal,
)
from overflow.core.arrivals.signals import name_of
from overflow.errors import Unknown
from overflow.flows.people import signals

part = Part("signals", __name__, description="What is told from outside and raises the forecast.")

SIGNALS = "/v1/shops/<shop>/signals"
Shown = dict[str, Any]


@part.operation("POST", SIGNALS, Who.SHOP)
@part.arguments(SignalRequestSchema)
@part.response(200, SignalSchema)
def give_signal(body: Shown, shop: str) -> Shown:
    """Give a signal, in place of the one of that name.

    The policy's rules say what it does to the expected arrivals, and for how long. A name that no
    rule is about is a fault.
    """
    told = signals.give(
        services(), shop, body["name"], value=body["value"], until=body["until"], by=body["agent"]
    )
    return signal(told)


@part.operation("GET", SIGNALS, Who.SHOP)
@part.response(200, SignalListSchema)
def list_signals(shop: str) -> Shown:
    """List the signals that stand, with what each does now."""
    return {"items": [signal(told) for told in signals.standing(services(), shop)]}


@part.operation("GET", f"{SIGNALS}/<signal_name>", Who.SHOP)
@part.response(200, SignalSchema)
def get_signal(shop: str, signal_name: str) -> Shown:
    """Read one signal; 404 when it does not stand."""
    for told in signals.standing(services(), shop):
        if told.name == name_of(signal_name):
            return signal(told)
    raise Unknown(f"no signal {signal_name[:60]!r} stands")


@part.operation("DELETE", f"{SIGNALS}/<signal_name>", Who.SHOP)
@part.response(204)
def withdraw_signal(shop: str, signal_name: str) -> None:
    """Withdraw a signal, whether or not it stands."""
    signals.withdraw(services(), shop, signal_name)
