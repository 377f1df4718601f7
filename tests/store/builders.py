"""Tickets and policies for tests of the store, with only what a test cares about."""

from overflow.core.hours import parse_hours
from overflow.core.model import (
    HOME,
    AgeLimits,
    HelpdeskConfig,
    Home,
    Mode,
    Partner,
    Policy,
    Record,
    Status,
)

SHOP = "shoes"
NOW = 1_767_600_000.0  # a Monday in January 2026, 08:00 UTC
ALWAYS = parse_hours("24/7", "Europe/Berlin")


def a_record(ticket_id="7", team=HOME, **fields):
    usual = {
        "channel": "email",
        "language": "de",
        "topic": "",
        "priority": 0,
        "status": Status.OPEN,
        "assignee": "",
        "arrived": NOW,
        "due": NOW + 3600,
        "answered": 0.0,
        "rev": 0,
        "version": -1,
        "desired_rev": 0,
        "confirmed_rev": 0,
        "desired_group": "Support",
        "confirmed_group": "Support",
        "observed_group": "Support",
        "origin_group": "Support",
        "held_since": NOW,
    }
    return Record(id=ticket_id, team=team, **usual | fields)


def a_partner(name="acme", capacity=None, total=None, day=None):
    return Partner(
        name=name,
        group=name.title(),
        hours=ALWAYS,
        languages=frozenset(),
        channels=frozenset(),
        capacity={"email": 10, "chat": 10} if capacity is None else capacity,
        total_capacity=total,
        daily_limit=day,
        price=2.0,
        answer_time=60.0,
    )


def a_policy(*partners, mode=Mode.LIVE, zone="Europe/Berlin", age=60.0):
    return Policy(
        shop=SHOP,
        version=0,
        zone=zone,
        mode=mode,
        helpdesk=HelpdeskConfig("standard", {}, {}),
        home=Home(ALWAYS, (), {}, frozenset(), frozenset({"email", "chat"})),
        partners=partners or (a_partner(),),
        channels={},
        ages=AgeLimits(situation=age),
    )
