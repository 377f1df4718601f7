"""The simple contenders, told of events as any simulator would tell them."""

import math
from pathlib import Path

import pytest

from overflow.errors import BadInput
from overflow.simulate.contender import Contender
from overflow.simulate.contenders import CONTENDERS, maker
from overflow.simulate.scenario_file import read_scenarios

PUBLIC = Path(__file__).parent / "data" / "public.json"
(TOLD,) = [s.told() for s in read_scenarios(PUBLIC) if s.name == "quiet_chat"]


def made(name, agents=2, served=0, waiting=0) -> Contender:
    """After `served` + `waiting` tickets came, of which `served` are in service."""
    contender = maker(name)(TOLD)
    contender.begin(served + waiting)
    contender.staffed(0, agents)
    for ticket in range(served):
        contender.started(0, ticket)
    return contender


@pytest.mark.parametrize(
    ("name", "served", "waiting", "answer"),
    [
        ("never", 8, 99, False),
        ("always", 0, 0, True),
        ("backlog", 8, 1, False),
        ("backlog", 8, 2, True),
        ("no-free-slot", 7, 0, False),
        ("no-free-slot", 8, 0, True),
        ("threshold:9", 8, 0, False),
        ("threshold:9", 8, 1, True),
        ("estimated-wait", 8, 0, False),
        ("estimated-wait", 8, 9, True),
    ],
)
def test_a_rule_overflows_from_its_level_on(name, served, waiting, answer):
    assert made(name, 2, served, waiting).arrival(1.0, served + waiting) is answer


def test_what_ended_gave_up_or_overflowed_counts_no_more():
    contender = made("threshold:3", 2, 3, 0)
    assert contender.arrival(1, 3)
    contender.overflowed(1, 3, ok=True)
    contender.ended(2, 0)
    assert not contender.arrival(2, 4)
    contender.abandoned(3, 4)
    assert not contender.arrival(3, 5)


def test_what_the_partner_had_no_slot_for_waits_at_home():
    contender = made("threshold:1", 1, 1, 0)
    assert contender.arrival(1, 1)
    contender.overflowed(1, 1, ok=False)
    contender.ended(2, 0)
    assert contender.arrival(2, 2)


def test_what_is_put_back_waits_again():
    contender = made("backlog", 2, 8, 0)
    contender.staffed(5, 1)
    assert not contender.arrival(5, 8)
    contender.put_back(5, 7)
    assert contender.arrival(5, 9)


def test_without_agents_a_wait_has_no_end():
    assert made("estimated-wait", agents=0).arrival(0, 0)
    assert math.isfinite(TOLD.patience)


@pytest.mark.parametrize("name", ["", "nobody", "threshold:", "threshold:-1", "threshold:x"])
def test_a_policy_that_there_is_not_is_refused(name):
    with pytest.raises(BadInput):
        maker(name)


def test_every_contender_has_its_own_day():
    assert {name for name in CONTENDERS if name != "auto"} >= {"never", "always", "backlog"}
    first, second = made("threshold:1"), made("threshold:1", 1, 1, 0)
    assert not first.arrival(0, 0)
    assert second.arrival(0, 1)
