"""The situation as decisions see it, and what people declare in it."""

from dataclasses import replace

import pytest

from overflow.clock import SystemClock
from overflow.core.arrivals.signals import Signal
from overflow.core.hours import Holidays, parse_hours
from overflow.core.model import HOME, Declared, Load, Mode, Pressure, Sample, Status, Switch
from overflow.errors import BadInput
from overflow.store.commits import Commit, Full
from overflow.store.situation_codec import decode, local_day
from tests.store.builders import ALWAYS, NOW, SHOP, a_partner, a_policy, a_record

CLOCK = SystemClock()


def commit(tickets, record, **more):
    return tickets.commit(SHOP, Commit(record, more.pop("prior_rev", 0), NOW, **more))


def test_a_situation_counts_waiting_and_wip_by_team_and_queue(tickets, situations):
    commit(tickets, a_record("1"))
    commit(tickets, a_record("2", assignee="ann"))
    commit(tickets, a_record("3", "acme", channel="chat"))
    commit(tickets, a_record("4", status=Status.PENDING))

    found = situations.get(SHOP, NOW)

    assert found.loads == {(HOME, "email.de"): Load(1, 1), ("acme", "chat.de"): Load(1, 0)}
    assert found.held == {("acme", "chat"): 1, ("acme", "*"): 1}
    assert found.policy_version == 1


def test_a_situation_is_dated_by_the_store(situations):
    before = CLOCK.now()

    assert before - 1 < situations.get(SHOP, NOW).at < CLOCK.now() + 1


def test_what_was_handed_over_today_is_told_by_the_day_of_the_shop(tickets, situations):
    """Berlin's day begins at 23:00 UTC in winter."""
    commit(tickets, a_record("1", "acme"), takes="acme")

    assert situations.get(SHOP, NOW).today == {"acme": 1}
    assert situations.get(SHOP, NOW + 15.5 * 3600).today == {}
    assert situations.get(SHOP, NOW + 15.5 * 3600).handed == {"acme": 1}


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", "20260105"), ("Pacific/Auckland", "20260105"), ("Pacific/Kiritimati", "20260105")],
)
def test_a_local_day_is_the_shops(zone, day):
    assert local_day(NOW, zone) == day
    assert local_day(NOW + 16 * 3600, "Europe/Berlin") == "20260106"
    assert local_day(NOW + 16 * 3600, "America/New_York") == "20260105"


def test_a_commit_tells_the_situation_after_it(tickets):
    done = commit(
        tickets,
        a_record(),
        pressure=Pressure(on=True, since=NOW, measure="backlog"),
        heard="helpdesk",
    )

    assert done.situation.pressure == {
        "email.de": Pressure(on=True, since=NOW, measure="backlog", rev=1)
    }
    assert done.situation.seen == {"helpdesk": NOW}
    assert done.situation.loads == {(HOME, "email.de"): Load(1, 0)}


def test_the_last_situation_is_remembered_for_a_moment(tickets, situations, store_client):
    given = commit(tickets, a_record()).situation

    assert situations.recent(SHOP, NOW, within=60) is given
    assert situations.recent(SHOP, NOW, within=0) is not given
    situations.forget(SHOP)
    assert situations.recent(SHOP, NOW, within=60) is not given


def test_what_was_asked_before_it_was_forgotten_is_not_remembered(situations):
    """Another thread has changed something meanwhile."""
    asked = situations.asked(SHOP)
    stale = situations.take(SHOP, NOW)
    situations.heard(SHOP, "import", NOW)
    situations.forget(SHOP)

    situations.remember(SHOP, stale, asked)

    assert "import" in situations.recent(SHOP, NOW, within=60).seen


def test_a_declaration_comes_back_whole_and_can_be_withdrawn(situations):
    hours = parse_hours("Mo-Fr 08:00-18:00", "Europe/Berlin", Holidays("DE", "BY"))
    said = Declared(NOW, NOW + 60, 3, {"email": 4}, hours, paused=True, reason="lunch")

    situations.declare(SHOP, "acme", said)
    assert situations.get(SHOP, NOW).declared == {"acme": said}

    situations.declare(SHOP, "acme", Declared(NOW, NOW + 60))
    assert situations.get(SHOP, NOW).declared == {"acme": Declared(NOW, NOW + 60)}

    situations.declare(SHOP, "acme", None)
    assert situations.get(SHOP, NOW).declared == {}


def test_a_declared_capacity_is_gone_with_the_declaration(tickets, situations):
    situations.declare(SHOP, "acme", Declared(NOW, NOW + 60, capacity={"email": 0}))
    assert isinstance(commit(tickets, a_record("1", "acme"), takes="acme"), Full)

    situations.declare(SHOP, "acme", Declared(NOW, NOW + 60, capacity={"chat": 0}))
    assert not isinstance(commit(tickets, a_record("1", "acme"), takes="acme"), Full)


def test_a_switch_comes_back_whole_and_can_be_undone(situations):
    off = Switch(NOW + 60, "no chat today", "ann")

    situations.switch(SHOP, "channel:chat", off)
    assert situations.get(SHOP, NOW).switched_off == {"channel:chat": off}

    situations.switch(SHOP, "channel:chat", None)
    assert situations.get(SHOP, NOW).switched_off == {}


def test_pressure_changes_without_a_ticket_only_from_what_it_was_made_from(situations, journal):
    off = Pressure(on=False, since=NOW)

    assert situations.press(SHOP, "email.de", off, 0)
    assert not situations.press(SHOP, "email.de", off, 0)
    assert situations.get(SHOP, NOW).pressure == {"email.de": off._replace(rev=1)}
    assert [entry.kind for entry in journal.read(SHOP)] == ["pressure"]


def test_an_input_never_grows_older(situations):
    situations.heard(SHOP, "helpdesk", NOW)
    situations.heard(SHOP, "helpdesk", NOW - 60)

    assert situations.get(SHOP, NOW).seen == {"helpdesk": NOW}


def test_a_name_that_cannot_be_a_field_is_refused(situations):
    with pytest.raises(BadInput):
        situations.declare(SHOP, "a:b", None)


def test_handle_time_is_a_mean_that_forgets(tickets):
    prior = 0
    for seconds in [100.0] * 60 + [400.0]:
        record = a_record(status=Status.SOLVED)
        done = commit(tickets, record, prior_rev=prior, handled=seconds)
        prior = done.record.rev

    assert done.situation.handle_time == {(HOME, "email"): Sample(50.0, 106.0, NOW)}


def test_handle_time_belongs_to_the_team_that_worked(tickets):
    commit(tickets, a_record(team="acme"))
    done = commit(tickets, a_record(), prior_rev=1, handled=90.0)

    assert list(done.situation.handle_time) == [("acme", "email")]


def test_observing_counts_a_virtual_load_of_its_own(tickets, situations, policies):
    policies.put(SHOP, {}, a_policy(mode=Mode.OBSERVE))
    epoch = situations.get(SHOP, NOW).epoch
    done = commit(tickets, a_record("1", virtual="acme"))
    commit(tickets, a_record("2", virtual=f"acme@{epoch}", assignee="ann"))

    assert done.record.virtual == f"acme@{epoch}"
    found = situations.get(SHOP, NOW)
    assert found.virtual == {("acme", "email.de"): Load(1, 1)}
    assert found.loads == {(HOME, "email.de"): Load(1, 1)}


def test_observing_counts_what_was_decided_to_a_partner_today(tickets, situations, policies):
    policies.put(SHOP, {}, a_policy(a_partner(day=2), mode=Mode.OBSERVE))
    first = commit(tickets, a_record("1", virtual="acme"))
    touched = replace(a_record("1", virtual=first.record.virtual), assignee="ann")
    commit(tickets, touched, prior_rev=first.record.rev)
    commit(tickets, a_record("2", virtual="acme"))
    commit(tickets, a_record("3"))

    assert situations.get(SHOP, NOW).today == {"acme": 2}
    assert situations.get(SHOP, NOW + 86_400).today == {}
    policies.put(SHOP, {}, a_policy(a_partner(day=2), mode=Mode.LIVE))
    assert situations.get(SHOP, NOW).today == {}


def test_what_was_observed_counts_nowhere_in_another_mode(tickets, situations, policies):
    policies.put(SHOP, {}, a_policy(mode=Mode.OBSERVE))
    done = commit(
        tickets, a_record(virtual="acme"), pressure=Pressure(on=True, since=NOW, measure="backlog")
    )
    policies.put(SHOP, {}, a_policy(mode=Mode.LIVE))

    assert situations.get(SHOP, NOW).virtual == {}
    assert situations.get(SHOP, NOW).pressure == {}
    after = commit(tickets, a_record(assignee="ann"), prior_rev=done.record.rev)
    assert after.situation.virtual == {}


def test_the_stored_form_gives_the_same_situation_again(tickets, situations):
    commit(tickets, a_record(), pressure=Pressure(on=True, since=NOW, measure="breach"))
    found = situations.get(SHOP, NOW)

    assert decode(found.raw, found.at, NOW) == found


def test_a_shop_without_anything_is_an_empty_situation(situations):
    found = situations.get("nobody", NOW)

    assert (found.seq, found.policy_version, found.loads) == (0, 0, {})
    assert ALWAYS.is_open(NOW)


def test_a_signal_stands_under_its_name_until_it_is_withdrawn(situations):
    warm = Signal(NOW, NOW + 3600, 19.5, "weather")
    situations.signal(SHOP, "temperature", warm)
    situations.signal(SHOP, "campaign sent", Signal(NOW, NOW + 60, is_fixed=True))
    before = situations.get(SHOP, NOW)

    situations.signal(SHOP, "campaign sent", None)
    after = situations.get(SHOP, NOW)

    assert set(before.signals) == {"temperature", "campaign sent"}
    assert after.signals == {"temperature": warm}
    assert after.seq > before.seq
