"""Why no webhook had told of what polling found: a machine drives everything that may happen."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from overflow.core.model import HOME, Status
from overflow.flows.drain.look import look
from overflow.flows.people import work
from overflow.flows.people.work import By
from overflow.flows.polling import audit, reconcile
from overflow.helpdesks.hooks import LONGEST
from tests.flows.fake_desk import FakeDesk
from tests.flows.house import SHOP, House
from tests.flows.routing import arrive, receive
from tests.flows.test_sync import settle

EXAMPLE = Path(__file__).resolve().parents[2] / "deploy/helpdesks/example.yaml"
TOLD = ({"assignee": "ann"}, {"assignee": None}, {"status": Status.PENDING}, {"group": "vip"})
"""What webhooks tell of."""


def poll(house):
    while not reconcile.poll(house.services, SHOP).is_whole:
        pass


def causes(house):
    """Cause -> how often it was counted."""
    found = house.totals().items()
    return Counter({n.removeprefix("difference/"): c for n, c in found if n.startswith("diff")})


def read_marked(house):
    """What the drain does for tickets that are marked to be read."""
    for mark in house.services.marks.to_read_due(SHOP, house.clock.now()):
        look(house.services, SHOP, house.desk, mark.id, mark)


@pytest.fixture(params=["versions", "no versions"])
def desk(request):
    return FakeDesk(is_versioned=request.param == "versions")


@pytest.fixture
def known(shop, desk):
    """A shop that knows a ticket at home, and has polled."""
    arrive(shop, desk, "1")
    poll(shop)
    return shop


def test_a_webhook_that_comes_after_the_poll_was_late(known, desk):
    desk.touch("1", assignee="ann")
    poll(known)
    read_marked(known)
    known.later(30.0)

    receive(known, desk.webhook("1"))
    receive(known, desk.webhook("1"))

    assert causes(known) == {"late": 1}


def test_it_was_late_too_where_it_comes_before_the_ticket_is_read(known, desk):
    desk.touch("1", assignee="ann")
    poll(known)
    receive(known, desk.webhook("1"))
    read_marked(known)
    known.later(2 * LONGEST)
    poll(known)

    assert causes(known) == {"late": 1}


def test_one_that_never_comes_was_lost(known, desk):
    desk.touch("1", status=Status.SOLVED)
    poll(known)
    read_marked(known)
    known.later(LONGEST - 5.0)
    poll(known)
    assert causes(known) == {}

    known.later(10.0)
    poll(known)
    poll(known)

    assert causes(known) == {"lost": 1}


def test_a_new_ticket_that_nobody_told_of_is_a_lost_webhook(known, desk):
    desk.create("2")
    poll(known)
    read_marked(known)
    known.later(LONGEST + 5.0)
    poll(known)

    assert causes(known) == {"lost": 1}


def test_a_new_ticket_whose_webhook_comes_after_the_poll_was_late_too(known, desk):
    desk.create("2")
    poll(known)
    read_marked(known)
    receive(known, desk.webhook("2", is_new=True, delivery="d-2"))

    assert causes(known) == {"late": 1}


@pytest.mark.parametrize("status", [Status.DELETED, Status.MERGED])
def test_what_is_gone_is_a_foreign_change(known, desk, status):
    desk.touch("1", status=status)
    poll(known)
    read_marked(known)

    assert causes(known) == {"foreign": 1}


def test_so_is_what_a_walk_does_not_show(known, desk):
    known.later(200.0)
    del desk.tickets["1"]
    audit.ask(known.services, SHOP)
    poll(known)
    read_marked(known)

    assert known.record("1").status is Status.DELETED
    assert causes(known) == {"foreign": 1}


def test_so_is_our_tag_taken_off(known, desk):
    work.move(known.services, SHOP, "1", By("", "ann"), to="near")
    settle(known)
    poll(known)
    desk.touch("1", tags=frozenset())
    poll(known)
    settle(known)

    assert "overflow" in desk.tickets["1"].tags
    assert causes(known) == {"foreign": 1}


def test_a_ticket_of_which_a_hint_has_told_already_is_not_found(known, desk):
    desk.touch("1", assignee="ann")
    receive(known, b'{"hint": "1"}')
    poll(known)
    read_marked(known)
    known.later(LONGEST + 5.0)
    poll(known)

    assert causes(known) == {}


def test_a_list_that_was_older_than_a_webhook_found_nothing(known, desk):
    old = desk.touch("1", assignee="ann")
    receive(known, desk.webhook("1"))
    desk.touch("1", assignee=None)
    receive(known, desk.webhook("1"))
    read_marked(known)
    desk.tickets["1"], now = old, desk.tickets["1"]
    desk.changes.append("1")
    poll(known)
    desk.tickets["1"] = now
    read_marked(known)
    known.later(LONGEST + 5.0)
    poll(known)

    assert causes(known) == {}


def test_a_change_that_was_taken_back_before_it_was_read_counts_nowhere(known, desk):
    desk.touch("1", assignee="ann")
    poll(known)
    desk.touch("1", assignee=None)
    read_marked(known)
    known.later(LONGEST + 5.0)
    poll(known)

    assert causes(known) == {}


def test_a_ticket_that_is_found_again_counts_once_from_the_first_time_on(known, desk):
    for assignee in ("ann", None):
        desk.touch("1", assignee=assignee)
        poll(known)
        read_marked(known)
        known.later(0.6 * LONGEST)
    poll(known)
    assert causes(known) == {"lost": 1}

    known.later(LONGEST)
    poll(known)
    assert causes(known) == {"lost": 1}


def test_where_there_are_no_webhooks_none_is_missed(known, desk):
    described = yaml.safe_load(EXAMPLE.read_text())
    del described["webhook"], described["limit"]
    secrets = {"token": "env:DESK_TOKEN"}
    known.change(helpdesk={"connector": "rest", "options": described, "secrets": secrets})
    desk.touch("1", assignee="ann")
    poll(known)
    read_marked(known)
    known.later(LONGEST + 5.0)
    poll(known)

    assert causes(known) == {"polled": 1}


@dataclass
class Ticket:
    """What the model knows of one."""

    seen: tuple = (None, Status.OPEN, "shop")
    """Assignee, status and group as the service knows them."""
    is_gone: bool = False
    hooks: int = 0
    """Webhooks under way."""
    found: float | None = None
    """When polling found it, while that is not explained."""
    is_marked: bool = False


class Machine(RuleBasedStateMachine):
    """A few tickets; the helpdesk changes them, webhooks come or do not, polls, reads and time."""

    make = None

    def __init__(self):
        super().__init__()
        self.house = self.make()
        self.desk = self.house.desk
        self.tickets = {}
        self.expected = Counter()

    @initialize()
    def a_shop_opens(self):
        self.house.open()
        for number in ("1", "2", "3"):
            arrive(self.house, self.desk, number)
            self.tickets[number] = Ticket()
        poll(self.house)

    def alive(self):
        return sorted(n for n, t in self.tickets.items() if not t.is_gone)

    @precondition(lambda self: self.alive())
    @rule(data=st.data(), facts=st.sampled_from(TOLD), is_lost=st.booleans())
    def somebody_changes_a_ticket(self, data, facts, is_lost):
        number = data.draw(st.sampled_from(self.alive()))
        if all(getattr(self.desk.tickets[number], n) == v for n, v in facts.items()):
            return
        self.desk.touch(number, **facts)
        self.tickets[number].hooks += not is_lost

    @precondition(lambda self: self.alive())
    @rule(data=st.data())
    def a_ticket_is_deleted(self, data):
        ticket = self.tickets[number := data.draw(st.sampled_from(self.alive()))]
        self.desk.touch(number, status=Status.DELETED)
        ticket.is_gone, ticket.hooks = True, 0

    @rule(number=st.sampled_from(("1", "2", "3")))
    def a_webhook_comes(self, number):
        ticket = self.tickets[number]
        if not ticket.hooks:
            return
        ticket.hooks -= 1
        receive(self.house, f'{{"hint": "{number}"}}'.encode())
        ticket.is_marked = True
        self.explained(ticket, "late")

    @rule()
    def the_shop_is_polled(self):
        self.give_up()
        poll(self.house)
        for number, ticket in self.tickets.items():
            if self.shown(number) != ticket.seen and not ticket.is_marked:
                ticket.is_marked = True
                ticket.found = ticket.found or self.house.clock.now()

    @rule()
    def what_is_marked_is_read(self):
        read_marked(self.house)
        for number, ticket in self.tickets.items():
            if not ticket.is_marked:
                continue
            ticket.is_marked = False
            if self.shown(number) == ticket.seen:
                ticket.found = None
            elif ticket.is_gone:
                self.explained(ticket, "foreign")
            ticket.seen = self.shown(number)

    @rule(minutes=st.sampled_from((1, 25, 50)))
    def time_passes(self, minutes):
        self.house.later(60.0 * minutes)

    @invariant()
    def every_difference_counts_once_and_for_its_cause(self):
        if self.tickets:
            assert causes(self.house) == self.expected
            unexplained = sum(t.found is not None for t in self.tickets.values())
            assert self.house.services.differences.count(SHOP) == unexplained

    def shown(self, number):
        ticket = self.desk.tickets[number]
        return ticket.assignee, ticket.status, ticket.group

    def give_up(self):
        for ticket in self.tickets.values():
            if ticket.found is not None and ticket.found < self.house.clock.now() - LONGEST:
                self.explained(ticket, "lost")

    def explained(self, ticket, cause):
        if ticket.found is not None:
            self.expected[cause] += 1
            ticket.found = None

    def teardown(self):
        assert self.house.faults() == []
        assert all(self.house.record(n).team == HOME for n in self.tickets)
        self.house.queue.close()


def test_whatever_happens_every_difference_counts_once_and_for_its_cause(store_url, store_client):
    def make():
        store_client.flushall()
        return House(store_url, store_client, FakeDesk())

    Machine.make = staticmethod(make)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
