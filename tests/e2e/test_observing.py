"""Observing: everything is decided and recorded, nothing written; going live starts afresh."""

from __future__ import annotations

import pytest
import yaml

from overflow.flows import sweep
from overflow.settings import Settings
from overflow.wiring import build
from tests.e2e.agreement import settled
from tests.e2e.eventually import eventually
from tests.e2e.sandbox_world import SECRET, sandbox_world
from tests.e2e.shop import HOME, PARTNER, SHOP, START, Routed, document, routed
from tests.e2e.world import HOME_AGENT, HOME_GROUP

pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(240)]
WRITES = {"ticket.assign", "ticket.note", "ticket.reply", "ticket.status"}


def test_observing_writes_nothing_and_going_live_applies_no_old_decision(monkeypatch):
    monkeypatch.setenv("SANDBOX_WEBHOOK", SECRET)
    with sandbox_world() as world, routed(world, mode="observe") as shop:
        tickets = [shop.arrives() for _ in range(START + 4)] + [shop.arrives("email", "nl")]
        _is_observed(shop, tickets)
        _goes_live(shop)
        _is_live(shop, shop.arrives("email", "nl"))
        assert shop.holder(shop.arrives()) == HOME
        _sweep(shop)
        settled(shop)
        for ticket in tickets[:-1]:
            assert world.show(ticket).group == HOME_GROUP
            assert world.show(ticket).references == []


def _is_observed(shop: Routed, tickets: list[str]) -> None:
    """Some would have gone, none did, and the decisions can be read."""
    found = [shop.shop.ticket(ticket) for ticket in tickets]
    assert {ticket["team"] for ticket in found} == {HOME}
    observed = [ticket["observed_team"] for ticket in found]
    assert observed == [None] * START + [PARTNER] * (len(tickets) - START)
    shop.world.take(tickets[0], HOME_AGENT)
    eventually("people are followed", lambda: shop.shop.ticket(tickets[0])["assignee"])
    _sweep(shop)
    settled(shop)
    _nothing_is_written(shop, tickets)


def _nothing_is_written(shop: Routed, tickets: list[str]) -> None:
    assert not WRITES & shop.world.people.state()["calls"].keys()
    for ticket in tickets:
        shown = shop.world.show(ticket)
        assert (shown.group, shown.tags, shown.notes) == (HOME_GROUP, frozenset(), ())
        [made] = shop.shop.decisions(ticket)
        assert made["mode"] == "observe"


def _goes_live(shop: Routed) -> None:
    """Above any backlog, so that only what was decided before could move anything."""
    live = document(shop.world, mode="live") | {"pressure": {"backlog": {"start": 99, "stop": 90}}}
    file = shop.service.home / "live.yaml"
    file.write_text(yaml.safe_dump({"shop": SHOP, **live}, sort_keys=False))
    shop.service.run("policy", "apply", str(file))


def _is_live(shop: Routed, ticket: str) -> None:
    eventually("a new ticket goes", lambda: shop.world.show(ticket).references)
    assert shop.holder(ticket) == PARTNER


def _sweep(shop: Routed) -> None:
    """One more, here, so that it is known to have ended."""
    services = build(Settings(redis_url=shop.service.settings.store_url))
    try:
        sweep.run(services, SHOP)
    finally:
        services.close()
