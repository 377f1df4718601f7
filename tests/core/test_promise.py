"""When the first response is due."""

from dataclasses import replace

import pytest

from overflow.core.model import HOME, Target
from overflow.core.promise import due_of
from tests.core.make import CHAT, HOUR, NIGHT, NOBODY, NOON, castor, partner, policy


def due(target, at, **changes):
    return due_of("chat", at, policy(channels=(replace(CHAT, target=target),), **changes))


def test_a_wall_clock_always_runs():
    assert due(Target(120), NIGHT) == NIGHT + 120


def test_a_business_clock_runs_while_home_is_open():
    # 22:00 on Wednesday; home opens on Thursday at 09:00.
    assert due(Target(HOUR, "business"), NIGHT) == NIGHT + 12 * HOUR


def test_it_can_follow_a_partners_hours():
    assert due(Target(HOUR, "business", "castor"), NIGHT) == NIGHT + 11 * HOUR


def test_a_partner_that_left_the_policy_leaves_homes_hours():
    target = Target(HOUR, "business", "castor")
    assert due(target, NIGHT, partners=(partner(),)) == due(Target(HOUR, "business"), NIGHT)


@pytest.mark.parametrize("channel", ["pigeon", "chat"])
def test_where_nothing_is_promised_nothing_is_due(channel):
    rules = policy(channels=(replace(CHAT, target=Target(float("inf"))),))
    assert due_of(channel, NOON, rules) is None


def test_a_clock_that_never_runs_never_gets_there():
    target = Target(HOUR, "business", "castor")
    assert due(target, NOON, partners=(castor(hours=NOBODY),)) is None
    assert due(replace(target, hours_of=HOME), NOON) == NOON + HOUR
