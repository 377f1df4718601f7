"""One day, minute by minute, with luck by hand."""

import pytest

from overflow.simulate.contenders import maker
from overflow.simulate.engine import play
from tests.simulate.make import Told, luck, scenario


def test_tickets_are_served_in_the_order_in_which_they_came():
    told = Told()
    outcome = play(scenario(), told, luck([0, 1, 2]))
    assert told.heard == [
        ("begin", 0),
        ("staffed", 0.0, 1),
        ("arrival", 0, 0),
        ("started", 0, 0),
        ("arrival", 1, 1),
        ("arrival", 2, 2),
        ("ended", 5, 0),
        ("started", 5, 1),
        ("ended", 10, 1),
        ("started", 10, 2),
        ("ended", 15, 2),
    ]
    assert outcome.waits == [0, 4, 8]
    assert (outcome.served, outcome.breached, outcome.in_time) == (3, 1, 2)
    assert outcome.cost == 3 * 1 + 100


def test_an_overflow_costs_the_partners_price_and_nothing_else():
    outcome = play(scenario(), Told({1, 2}), luck([0, 1, 2]))
    assert (outcome.served, outcome.overflowed, outcome.in_time) == (1, 2, 3)
    assert outcome.cost == 1 + 2 * 10


def test_a_partner_that_answers_late_costs_the_breach_too():
    outcome = play(scenario(), Told({0, 1}), luck([0, 1], wait=[4.5, 3.5]))
    assert (outcome.cost, outcome.breached, outcome.in_time) == (2 * 10 + 100, 1, 1)
    assert outcome.partner_waits == [4.5, 3.5]


def test_a_ticket_that_a_full_partner_has_no_slot_for_is_kept():
    told = Told({0, 1, 2})
    limited = scenario(partner_slots=1, partner_handle=1.0)
    outcome = play(limited, told, luck([0, 1, 6], hold=5.0))
    assert [heard[2:] for heard in told.heard if heard[0] == "overflowed"] == [
        (0, True),
        (1, False),
        (2, True),
    ]
    assert (outcome.overflowed, outcome.refused, outcome.served) == (2, 1, 1)


def test_decisions_know_how_many_of_the_partners_slots_are_taken():
    limited = scenario(partner_slots=2, partner_handle=1.0, partner_wait=9.0)
    outcome = play(limited, Told({0, 1, 2}), luck([0, 1, 2, 7], hold=5.0))
    assert [decision.busy for decision in outcome.decisions] == [0, 1, 2, 0]


def test_who_gives_up_in_time_costs_only_the_loss():
    outcome = play(scenario(theta=0.1), Told(), luck([0, 1, 2], patience=[9, 2, 2.5]))
    assert (outcome.served, outcome.abandoned, outcome.breached) == (1, 2, 0)
    assert outcome.cost == 1 + 2 * 1000


def test_who_gives_up_late_costs_the_breach_too():
    outcome = play(scenario(theta=0.1), Told(), luck([0, 0.5], work=[9, 9], patience=[9, 4.5]))
    assert (outcome.cost, outcome.breached, outcome.in_time) == (1 + 1000 + 100, 1, 1)


def test_at_closing_who_waits_is_lost_and_late():
    told = Told()
    outcome = play(scenario(end="close", horizon=6), told, luck([0, 1, 2]))
    assert (outcome.served, outcome.lost, outcome.breached) == (2, 1, 1)
    assert outcome.cost == 2 * 1 + 1000 + 100


def test_at_the_end_of_a_shift_the_latest_starters_go_back_to_the_head():
    told = Told()
    two_then_one = scenario(roster=((0.0, 2), (3.0, 1)))
    outcome = play(two_then_one, told, luck([0, 1, 2], work=[4, 9, 1]))
    assert told.heard[6:] == [
        ("arrival", 2, 2),
        ("staffed", 3, 1),
        ("put_back", 3, 1),
        ("ended", 4, 0),
        ("started", 4, 1),
        ("ended", 11, 1),
        ("started", 11, 2),
        ("ended", 12, 2),
    ]
    assert outcome.waits == [0, 0, 9]
    assert outcome.breached == 1


def test_several_that_are_put_back_keep_their_order():
    told = Told()
    play(scenario(roster=((0.0, 3), (3.0, 1))), told, luck([0, 1, 2, 2.5], work=10))
    started = [heard[2] for heard in told.heard if heard[0] == "started"]
    assert started == [0, 1, 2, 1, 2, 3]


def test_who_is_put_back_and_gives_up_is_lost_but_cannot_breach():
    two_then_one = scenario(roster=((0.0, 2), (3.0, 1)), theta=0.1)
    outcome = play(two_then_one, Told(), luck([0, 1], work=20, patience=6))
    assert (outcome.served, outcome.abandoned, outcome.dropped, outcome.breached) == (2, 0, 1, 0)
    assert outcome.cost == 1 + 1000


def test_a_new_shift_takes_up_at_once_who_waits():
    told = Told()
    play(scenario(roster=((0.0, 1), (3.0, 3))), told, luck([0, 1, 2]))
    assert told.heard[-6:-3] == [("staffed", 3, 3), ("started", 3, 1), ("started", 3, 2)]


def test_who_is_there_at_opening_is_served_first_and_paid_for():
    told = Told()
    outcome = play(scenario(n0=2), told, luck([0, 0, 1]))
    assert told.heard[:3] == [("begin", 2), ("staffed", 0, 1), ("started", 0, 0)]
    assert (outcome.offered, outcome.cost) == (1, 1 + 100)
    assert outcome.decisions[0].n == 2


def test_a_batch_is_decided_one_by_one_at_opening():
    told = Told({1})
    outcome = play(scenario(batch0=3), told, luck([0, 0, 0, 7]))
    assert [(d.t, d.n, d.overflow, d.batch_left) for d in outcome.decisions] == [
        (0, 0, False, 2),
        (0, 1, True, 1),
        (0, 1, False, 0),
        (7, 1, False, 0),
    ]
    assert told.heard[2:4] == [("arrival", 0, 0), ("started", 0, 0)]


def test_late_overflow_takes_a_ticket_out_of_the_queue():
    told = Told(late={2.0: [1], 3.0: [2]})
    outcome = play(scenario(), told, luck([0, 1, 1.5], wait=2.75), late=True)
    assert (outcome.served, outcome.overflowed, outcome.late) == (1, 2, 2)
    assert outcome.partner_waits == [3.75, 4.25]
    assert outcome.cost == 1 + 2 * 10 + 100


def test_nobody_overflows_late_where_that_is_not_asked_for():
    assert play(scenario(), Told(late={2.0: [1]}), luck([0, 1])).overflowed == 0


@pytest.mark.parametrize("ticket", [0, 2])
def test_what_does_not_wait_cannot_overflow_late(ticket):
    with pytest.raises(ValueError, match="does not wait"):
        play(scenario(), Told(late={2.0: [ticket]}), luck([0, 1, 7]), late=True)


def test_the_queue_is_noted_when_it_is_asked_for():
    outcome = play(scenario(), maker("never")(scenario().told()), luck([0, 1]), moments=[2, 6])
    assert [(m.t, m.waiting, m.wip, m.slots) for m in outcome.moments] == [
        (2, 1, 1, 1),
        (6, 0, 1, 1),
    ]


def test_a_planner_plans_beside_its_decisions():
    class Planning(Told):
        def plan(self, t):
            self.heard.append(("plan", t))

    told = Planning()
    play(scenario(horizon=1.0), told, luck([0.3]))
    planned = [heard for heard in told.heard if heard[0] in {"plan", "arrival"}]
    assert planned == [
        ("plan", 0),
        ("plan", 0.25),
        ("arrival", 0.3, 0),
        ("plan", 0.5),
        ("plan", 0.75),
        ("plan", 1.0),
    ]
