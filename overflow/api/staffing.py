"""Availability of partners, staffing at home, and what is switched off."""

from __future__ import annotations

from typing import Any

from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import services
from overflow.api.schemas.staffing import (
    AvailabilitySchema,
    DeclaredSchema,
    StaffingSchema,
    SwitchListSchema,
    SwitchRequestSchema,
    SwitchSchema,
    declared,
    switch,
)
from overflow.core.model import HOME
from overflow.core.roster import live
from overflow.errors import Unknown
from overflow.flows import views
from overflow.flows.people import staffing

part = Part("staffing", __name__, description="Who is there, and what is switched off.")

SHOP = "/v1/shops/<shop>"
Body = dict[str, Any]
Shown = dict[str, Any]


@part.operation("PUT", f"{SHOP}/partners/<partner>/availability", Who.PARTNER)
@part.arguments(AvailabilitySchema)
@part.response(200, DeclaredSchema)
def declare_availability(body: Body, shop: str, partner: str) -> Shown:
    """Declare what a partner can take, until when.

    Replaces what was declared before. Capacity may lie below the contract's, never above.
    """
    return declared(staffing.declare(services(), shop, partner, **body))


@part.operation("GET", f"{SHOP}/partners/<partner>/availability", Who.PARTNER)
@part.response(200, DeclaredSchema)
def get_availability(shop: str, partner: str) -> Shown:
    """Read what a partner declared; 404 when nothing holds."""
    return _declared(shop, partner)


@part.operation("DELETE", f"{SHOP}/partners/<partner>/availability", Who.PARTNER)
@part.response(204)
def withdraw_availability(shop: str, partner: str) -> None:
    """Withdraw what a partner declared: the policy holds again."""
    staffing.withdraw(services(), shop, partner)


@part.operation("PUT", f"{SHOP}/staffing", Who.SHOP)
@part.arguments(StaffingSchema)
@part.response(200, DeclaredSchema)
def declare_staffing(body: Body, shop: str) -> Shown:
    """Declare the agents on shift at home, until when.

    Replaces what was declared before.
    """
    return declared(staffing.declare(services(), shop, HOME, **body))


@part.operation("GET", f"{SHOP}/staffing", Who.SHOP)
@part.response(200, DeclaredSchema)
def get_staffing(shop: str) -> Shown:
    """Read what was declared about the agents at home; 404 when nothing holds."""
    return _declared(shop, HOME)


@part.operation("DELETE", f"{SHOP}/staffing", Who.SHOP)
@part.response(204)
def withdraw_staffing(shop: str) -> None:
    """Withdraw what was declared: the policy's shifts count again."""
    staffing.withdraw(services(), shop, HOME)


@part.operation("GET", f"{SHOP}/switches", Who.SHOP)
@part.response(200, SwitchListSchema)
def list_switches(shop: str) -> Shown:
    """List what is switched off now."""
    off = views.situation(services(), shop).situation.switched_off
    now = services().clock.now()
    return {"items": [switch(scope, said) for scope, said in off.items() if said.until > now]}


@part.operation("GET", f"{SHOP}/switches/<scope>", Who.SHOP)
@part.response(200, SwitchSchema)
def get_switch(shop: str, scope: str) -> Shown:
    """Read until when and why something is switched off; 404 when it is not."""
    said = views.situation(services(), shop).situation.switched_off.get(scope)
    if said is None or said.until <= services().clock.now():
        raise Unknown(f"{scope!r} is not switched off")
    return switch(scope, said)


@part.operation("PUT", f"{SHOP}/switches/<scope>", Who.SHOP)
@part.arguments(SwitchRequestSchema)
@part.response(200, SwitchSchema)
def switch_off(body: Body, shop: str, scope: str) -> Shown:
    """Switch a partner, channel or queue off, until when and why."""
    said = staffing.switch_off(
        services(), shop, scope, until=body["until"], reason=body["reason"], by=body["agent"]
    )
    return switch(scope, said)


@part.operation("DELETE", f"{SHOP}/switches/<scope>", Who.SHOP)
@part.response(204)
def switch_on(shop: str, scope: str) -> None:
    """Switch it on again."""
    staffing.switch_on(services(), shop, scope)


def _declared(shop: str, team: str) -> Shown:
    view = views.situation(services(), shop)
    said = live(view.situation.declared.get(team), services().clock.now())
    if said is None:
        raise Unknown(f"{team} has declared nothing that holds now")
    return declared(said)
