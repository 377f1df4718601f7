"""Walking through a real django-helpdesk that holds these tests' tickets alone."""

import pytest

from overflow.core.model import Status
from overflow.helpdesks.django_helpdesk import walk as django_helpdesk_walk
from overflow.helpdesks.port import Desired
from tests.helpdesks.django_shop import Person, connect
from tests.real.fixtures import start_django

pytestmark = pytest.mark.slow
TO_PARTNER = Desired(
    group="partner",
    tag="overflow",
    is_tagged=True,
    reason_field="overflow_reason",
    reason="backlog",
)


@pytest.fixture(scope="module")
def own_desk(tmp_path_factory):
    desk = start_django(tmp_path_factory.mktemp("desk"))
    yield desk
    desk.stop()


@pytest.fixture(scope="module")
def agent(own_desk) -> Person:
    return Person(own_desk, "agent-in")


@pytest.fixture(scope="module")
def desk(own_desk):
    connector = connect(own_desk)
    yield connector
    connector.close()


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(django_helpdesk_walk, "PAGE", 4)


def walk(step, cursor="", between=lambda: None):
    """All pages from the cursor on, and where the next walk begins."""
    tickets = []
    for _ in range(100):
        page = step(cursor)
        tickets += page.tickets
        cursor = page.cursor
        if page.is_last:
            return {ticket.id: ticket for ticket in tickets}, cursor
        between()
    raise AssertionError("a walk that does not end")


def test_the_walk_shows_every_open_ticket(agent, desk, small_pages):
    numbers = [agent.open_ticket() for _ in range(9)]
    held, solved = agent.open_ticket(), agent.open_ticket()
    agent.change(held, on_hold=True)
    agent.change(solved, status=3)

    seen, _ = walk(desk.walk_open)

    assert {*numbers, held} <= seen.keys()
    assert solved not in seen
    assert seen[numbers[3]] == desk.read(numbers[3])


def test_tickets_that_end_during_the_walk_hide_no_others(agent, desk, small_pages):
    numbers = [agent.open_ticket() for _ in range(14)]
    leaving = iter(numbers[:4])

    def end_two():
        for number in (next(leaving, None), next(leaving, None)):
            if number:
                agent.change(number, status=3)

    seen, _ = walk(desk.walk_open, between=end_two)
    assert set(numbers[4:]) <= seen.keys()


def test_what_is_no_longer_open_is_among_the_changes(agent, desk, small_pages):
    solved, closed, deleted, moved = (agent.open_ticket() for _ in range(4))
    _, cursor = walk(desk.changed_since)
    agent.change(solved, status=3)
    agent.change(closed, status=4)
    desk.write(desk.read(moved), TO_PARTNER)
    agent.call("DELETE", f"tickets/{deleted}/")
    unheard = agent.open_ticket()
    agent.change(unheard, status=3)
    newest = agent.open_ticket()

    seen, cursor = walk(desk.changed_since, cursor)

    assert seen[solved] == desk.read(solved)
    assert seen[closed].status is Status.CLOSED
    assert seen[moved].group == "partner"
    assert seen[deleted].status is Status.DELETED
    assert seen[unheard].status is Status.SOLVED
    assert seen[newest].status is Status.OPEN
    assert not {solved, closed, deleted, unheard} & walk(desk.changed_since, cursor)[0].keys()


def test_what_came_and_ended_between_two_walks_is_among_the_changes(
    own_desk, agent, desk, small_pages
):
    everything, cursor = walk(desk.changed_since)
    for number in everything:  # nothing is open any more
        Person(own_desk, "svc-overflow").change(number, status=3)
    _, cursor = walk(desk.changed_since, cursor)
    briefly = [agent.open_ticket() for _ in range(6)]
    for number in briefly:
        agent.change(number, status=3)

    seen, cursor = walk(desk.changed_since, cursor)

    assert [seen[number].status for number in briefly] == [Status.SOLVED] * 6
    assert seen.keys() == set(briefly)
    assert not walk(desk.changed_since, cursor)[0]
    assert not walk(desk.changed_since)[0], "what ended before the first walk is nobody's news"


def test_a_walk_can_be_taken_up_by_another_process(own_desk, agent, small_pages):
    for _ in range(6):
        agent.open_ticket()
    one, other = connect(own_desk), connect(own_desk)
    whole, _ = walk(one.changed_since)
    first = one.changed_since("")
    rest, _ = walk(other.changed_since, first.cursor)
    assert {ticket.id for ticket in first.tickets} | rest.keys() == whole.keys()
    one.close()
    other.close()


def test_a_cursor_of_another_helpdesk_begins_anew(desk):
    assert walk(desk.changed_since, "1795355301.0.0.0")[0] == walk(desk.changed_since)[0]


def test_a_cursor_stays_short(desk):
    _, cursor = walk(desk.changed_since)
    assert len(cursor) < 300
