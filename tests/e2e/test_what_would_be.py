"""What a policy would do, seen as an operator sees it: dry run, shadow, replay."""

import orjson
import pytest
import yaml

from overflow.core.model import Status
from tests.e2e.eventually import eventually
from tests.e2e.sandbox_world import sandbox_world
from tests.e2e.shop import HOME, PARTNER, SHOP, START, document, routed
from tests.e2e.world import HOME_AGENT

pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(240)]
MORE = 3
"""Tickets that the other policy would have kept."""


def test_an_operator_sees_what_another_policy_would_do():
    with sandbox_world() as world, routed(world) as shop:
        level = {"start": START + MORE, "stop": START + MORE}
        other = shop.service.home / "other.yaml"
        policy = document(world) | {"pressure": {"backlog": level, "hold": "1h"}}
        other.write_text(yaml.safe_dump(policy))
        shop.service.run("policy", "shadow", "apply", "other.yaml", "--shop", SHOP)

        tickets = [shop.arrives() for _ in range(START + MORE + 2)]
        said = _preview(shop)
        assert (said["outcome"], said["team"]) == ("overflow", PARTNER)
        assert shop.holder(shop.arrives()) == PARTNER  # as was said
        world.take(tickets[0], HOME_AGENT)

        _shadow_differs(shop, tickets)
        _replays(shop)


def _preview(shop):
    ticket = {"channel": "chat", "language": "de", "status": Status.OPEN.value}
    return shop.shop.client.post(f"{shop.shop.path}/decisions/preview", ticket=ticket)


def _shadow_differs(shop, tickets):
    """Within seconds, and without a move of its own."""
    expected = set(tickets[START : START + MORE])

    def listed():
        told = shop.shop.client.get(f"{shop.shop.path}/shadow")
        return {each["ticket"] for each in told["items"]} == expected and told["decided"] >= 10

    eventually("the shadow has decided", listed, 60.0)
    assert "another team in 3" in shop.service.run("policy", "shadow", "show", SHOP)
    assert all(shop.holder(ticket) == PARTNER for ticket in expected)


def _replays(shop):
    assert ", 0 otherwise." in shop.service.run("replay", "--shop", SHOP)
    shown = shop.service.run("replay", "--shop", SHOP, "--policy-file", "other.yaml", "--json")
    told = orjson.loads(shown)
    kept = told["totals"]["happened"]["overflowed"] - told["totals"]["other"]["overflowed"]
    assert kept == MORE
    assert {(each["was"], each["to"]) for each in told["moved"]} == {(PARTNER, HOME)}
