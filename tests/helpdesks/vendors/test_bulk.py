"""What is peculiar to each vendor's bulk calls."""

import itertools

import pytest

from overflow.clock import SystemClock
from overflow.errors import HelpdeskAway, Refused, Throttled
from overflow.helpdesks.freshdesk.bulk import PAGES
from overflow.helpdesks.port import Change, Desired, Note, bulk_of
from tests.helpdesks.vendors import (
    chatwoot_server,
    freshdesk_server,
    gorgias_server,
    zendesk_server,
)
from tests.helpdesks.vendors.worlds import connect


class Hasty(SystemClock):
    """Waits for nothing, and says for how long it would have."""

    def __init__(self):
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)


@pytest.fixture
def opened():
    """Little servers with their connectors, closed at the end."""
    made = []

    def opening(vendor, clock=None, **options):
        server = vendor.Server(SystemClock().now)
        server.page = 100
        desk = connect(vendor, server, clock or SystemClock(), **options)
        made.extend((desk, server))
        return server, desk

    yield opening
    for each in made:
        each.close()


def leaving(desk, vendor, *numbers, note=None):
    """Changes that give tickets away, seen as they are now."""
    wanted = Desired("near", "overflow", is_tagged=True, reason_field=vendor.REASON, reason="full")
    return [Change(desk.read(number), wanted, note) for number in numbers]


def write(desk, changes):
    return bulk_of(desk).write(changes, lambda: None)


def test_zendesk_tells_a_ticket_that_moved_on_from_those_it_changed(opened):
    server, desk = opened(zendesk_server)
    numbers = [server.create() for _ in range(3)]
    changes = leaving(desk, zendesk_server, *numbers, note=Note("gone [ovf-1]", "ovf-1"))
    server.skew = 5.0
    server.assign(numbers[1])

    faults = write(desk, changes)

    assert list(faults) == [numbers[1]]
    assert (faults[numbers[1]].retry_after, faults[numbers[1]].is_undone) == (0.0, True)
    assert [len(server.shown(number).notes) for number in numbers] == [1, 0, 1]
    assert server.shown(numbers[0]).tags == {"overflow"}


@pytest.mark.parametrize("told", [{"success": False}, {"error": "TicketUpdateFailed"}, {}])
def test_zendesk_s_job_has_done_what_it_tells_no_fault_of(opened, told):
    server, desk = opened(zendesk_server)
    number = server.create()
    job = {"id": "job1", "status": "completed", "results": [{"id": int(number), **told}]}
    server.update_many = lambda asked: {"job_status": job}

    faults = write(desk, leaving(desk, zendesk_server, number))

    assert [fault.is_undone for fault in faults.values()] == ([True] if told else [])


def test_zendesk_s_job_that_does_not_end_is_left_to_be_read(opened):
    clock = Hasty()
    server, desk = opened(zendesk_server, clock)
    server.jobs.takes = 1e6
    changes = leaving(desk, zendesk_server, server.create(), server.create())

    with pytest.raises(HelpdeskAway, match="does not end") as caught:
        write(desk, changes)

    assert not caught.value.is_undone
    assert clock.slept == [min(2.0, 0.25 * 2**n) for n in range(len(clock.slept))]
    assert 10.0 <= sum(clock.slept) < 12.0


def test_zendesk_queues_thirty_jobs_and_none_is_lost_track_of(opened):
    server, desk = opened(zendesk_server)
    server.jobs.takes = 1e6
    for _ in range(30):
        server.jobs.add([{"id": 1}], server.now())
    changes = leaving(desk, zendesk_server, server.create(), server.create())

    with pytest.raises(HelpdeskAway) as caught:
        write(desk, changes)

    assert caught.value.is_undone


def test_zendesk_s_notes_are_in_doubt_once_a_job_was_taken_whatever_is_said_of_it(opened):
    server, desk = opened(zendesk_server, Hasty())
    changes = leaving(desk, zendesk_server, server.create(), note=Note("gone [ovf-1]", "ovf-1"))
    server.update_many = lambda asked: {"job": server.jobs.add(asked.body["tickets"], 0.0).number}

    with pytest.raises(HelpdeskAway) as caught:
        write(desk, changes)

    assert not caught.value.is_undone


def test_zendesk_s_tickets_that_are_not_shown_are_read_by_themselves(opened):
    server, desk = opened(zendesk_server)
    there, gone = server.create(), server.create()
    server.delete(gone)
    assert set(bulk_of(desk).read([there, gone, "999"], None)) == {there}


@pytest.mark.parametrize(
    "vendor",
    [zendesk_server, freshdesk_server, chatwoot_server, gorgias_server],
    ids=lambda vendor: vendor.CONNECTOR,
)
def test_assignees_are_cleared_where_many_are_moved(opened, vendor):
    server, desk = opened(vendor)
    server.job_takes = 0.0
    numbers = [server.create() for _ in range(2)]
    for number in numbers:
        server.assign(number)

    assert write(desk, leaving(desk, vendor, *numbers)) == {}

    desk.read(numbers[0])  # what a job has to do is done by now
    shown = [server.shown(number) for number in numbers]
    assert [(each.group, each.assignee) for each in shown] == [("near", None)] * 2


def test_freshdesk_has_a_job_for_each_kind_of_change_and_a_call_for_a_single_one(opened):
    server, desk = opened(freshdesk_server)
    tags = [(), (), ("vip",), ("vip",), ("odd",)]
    numbers = [server.create(tags=given) for given in tags]

    assert write(desk, leaving(desk, freshdesk_server, *numbers)) == {}

    written = server.calls("POST", "PUT")
    assert written == ["POST tickets/bulk_update"] * 2 + [f"PUT tickets/{numbers[4]}"]


@pytest.mark.parametrize("is_plain", [True, False])
def test_freshdesk_s_job_is_sent_in_the_form_that_was_taken(opened, is_plain):
    server, desk = opened(freshdesk_server)
    server.is_plain, server.job_takes = is_plain, 0.0
    numbers = [server.create() for _ in range(2)]
    for posts in (1 + is_plain, 1):
        before = len(server.calls("POST"))
        assert write(desk, leaving(desk, freshdesk_server, *numbers)) == {}
        assert len(server.calls("POST")) - before == posts
        assert desk.read(numbers[1]).group == "near"
        for number in numbers:
            server.move(number, "shop")


def test_freshdesk_s_job_that_is_refused_in_every_form_is_told_of(opened):
    server, desk = opened(freshdesk_server)
    changes = leaving(desk, freshdesk_server, server.create(), server.create())
    server.bulk_update = lambda asked: (400, {}, {})
    for _ in range(2):
        with pytest.raises(Refused, match="400"):
            write(desk, changes)
    assert len(server.calls("POST")) == 4


@pytest.mark.parametrize(
    ("status", "fault"), [(500, HelpdeskAway), (404, Refused)], ids=["fails", "is refused"]
)
def test_freshdesk_s_single_one_that_fails_leaves_the_others_alone(opened, status, fault):
    server, desk = opened(freshdesk_server)
    odd, *others = [server.create(tags=given) for given in [("odd",), ("vip",), ("vip",)]]
    changes = leaving(desk, freshdesk_server, odd, *others)
    server.bad.refuse = lambda asked: (status, {}) if asked.path == f"tickets/{odd}" else None

    assert {number: type(why) for number, why in write(desk, changes).items()} == {odd: fault}
    assert server.calls("POST") == ["POST tickets/bulk_update"]


def test_freshdesk_s_limit_is_everybody_s(opened):
    server, desk = opened(freshdesk_server)
    changes = leaving(desk, freshdesk_server, server.create(), server.create(tags=("vip",)))
    server.bad.refuse = lambda asked: (429, {})

    with pytest.raises(Throttled):
        write(desk, changes)


def looked_for(server, bulk, numbers, since):
    """Who is found, and how many calls that takes."""
    before = len(server.asked)
    return set(bulk.read(numbers, since)), len(server.asked) - before


def test_freshdesk_s_new_tickets_are_found_however_many_others_changed(opened):
    server, desk = opened(freshdesk_server)
    server.page = 3
    old = [server.create() for _ in range(20)]
    new, bulk = [server.create() for _ in range(5)], bulk_of(desk)
    for number in old:
        server.answer(number)
    for since in (server.now() - 5.0, None):
        assert looked_for(server, bulk, new, since) == (set(new), 2)


def test_an_id_that_freshdesk_cannot_have_is_no_trouble_for_others(opened):
    server, desk = opened(freshdesk_server)
    number = server.create()
    assert set(bulk_of(desk).read([number, "T-1"], None)) == {number}


def test_freshdesk_s_old_tickets_are_looked_for_where_they_changed_but_not_everywhere(opened):
    server, desk = opened(freshdesk_server)
    server.page = 3
    old, bulk = [server.create() for _ in range(5)], bulk_of(desk)
    server._ids = itertools.count(int(old[-1]) + 1000)
    for _ in range(20):
        server.create()
    since = server.now() - 5.0
    assert looked_for(server, bulk, old, since) == (set(old), 1 + 2)
    assert looked_for(server, bulk, old, since) == (set(old), 2)
    assert looked_for(server, bulk, old, None) == (set(), PAGES)


def test_freshdesk_s_bulk_calls_can_be_left_unused(opened):
    assert bulk_of(opened(freshdesk_server, bulk="off")[1]) is None


def test_gorgias_s_ticket_on_which_somebody_wrote_is_read_by_itself(opened):
    server, desk = opened(gorgias_server)
    quiet, answered = server.create(), server.create()
    server.answer(answered)
    server.tickets[answered]["assignee_user"] = None
    assert set(bulk_of(desk).read([quiet, answered], None)) == {quiet}


def test_gorgias_may_list_others_than_were_asked_for(opened):
    server, desk = opened(gorgias_server)
    wanted, _ = server.create(), server.create()
    server.list_tickets = lambda asked: server._paged(asked, list(server.tickets.values()))
    assert set(bulk_of(desk).read([wanted], None)) == {wanted}


def test_chatwoot_s_team_that_assigns_its_members_is_given_one_by_one(opened):
    server, desk = opened(chatwoot_server)
    server.assigning[chatwoot_server.GROUPS["near"]] = 77
    numbers = [server.create(tags=("vip",)) for _ in range(2)]

    assert write(desk, leaving(desk, chatwoot_server, *numbers)) == {}

    assert not [call for call in server.calls() if "bulk" in call]
    for number in numbers:
        shown = server.shown(number)
        assert (shown.group, shown.assignee, shown.tags) == ("near", None, {"vip", "overflow"})


def test_chatwoot_s_job_adds_its_label_to_others(opened):
    server, desk = opened(chatwoot_server)
    server.job_takes = 0.0
    numbers = [server.create(tags=("vip",)) for _ in range(2)]
    write(desk, leaving(desk, chatwoot_server, *numbers))
    server.tag(numbers[0], "eilig")
    desk.read(numbers[0])

    assert server.shown(numbers[0]).tags == {"vip", "eilig", "overflow"}
    assert server.shown(numbers[1]).reason == "full"


def test_chatwoot_s_attributes_are_not_read_where_no_field_takes_the_reason(opened):
    server, desk = opened(chatwoot_server)
    server.job_takes = 0.0
    numbers = [server.create() for _ in range(2)]
    wanted = Desired("near", "overflow", is_tagged=True, reason_field=None, reason="full")
    changes = [Change(desk.read(number), wanted) for number in numbers]
    before = len(server.asked)

    assert write(desk, changes) == {}

    assert [asked.method for asked in server.asked[before:]] == ["GET", "POST"]  # teams, the job
