"""What each check of a shop sees, and what it says to do."""

import pytest

from overflow.clock import SystemClock
from overflow.core.model import Status
from overflow.errors import HelpdeskAway, Refused, Throttled, Unauthorised, Unknown
from overflow.flows import shops
from overflow.flows.checkup import Verdict, examine, traffic
from overflow.flows.drain import sync
from overflow.flows.people import work
from overflow.flows.people.work import By
from overflow.flows.polling import audit, reconcile
from overflow.flows.polling.differences import LOST
from tests.flows.house import SHOP, document
from tests.flows.routing import arrivals, arrive, receive
from tests.flows.test_sync import settle
from tests.helpdesks.vendors.little import Little

OK, WARN, FAIL = Verdict.OK, Verdict.WARN, Verdict.FAIL
URL = "https://overflow.invalid"


@pytest.fixture
def server():
    """Where the helpdesk is: it answers, and tells its time."""
    little = Little(SystemClock().now)
    yield little
    little.close()


@pytest.fixture
def helpdesk(server, monkeypatch):
    """The policy's section about it."""
    monkeypatch.setenv("DESK_SECRET", "whsec_never-shown")
    return document()["helpdesk"] | {"options": {"url": server.url}}


@pytest.fixture
def shop(house, helpdesk, desk):
    """Nothing is wrong with it: a partner has a ticket, and all is in step."""
    desk.named = ("shop", "near", "far")
    house.open(helpdesk=helpdesk)
    arrivals(house, desk, 4)
    settle(house)
    while not reconcile.poll(house.services, SHOP).is_whole:
        pass
    house.services.progress.beat("one", house.clock.now())
    return house


def examined(house, base=""):
    return {each.check: each for each in examine(house.services, SHOP, base, SystemClock())}


def test_where_all_is_well_every_check_says_so_and_nothing_is_changed(shop, desk):
    before, calls = dict(shop.totals()), len(desk.calls)

    found = examined(shop)

    assert {name: each for name, each in found.items() if each.outcome is not OK} == {}
    assert found["webhooks"].seen.startswith("4 taken in the last hour")
    assert found["tag and reason"].seen == "shown by 4"
    assert shop.totals() == before
    assert {call.split()[0] for call in desk.calls[calls:]} <= {
        *("walk_open", "read", "changed_since", "groups")
    }


@pytest.mark.parametrize(
    ("ahead", "outcome"), [(0.4, OK), (5.0, WARN), (-5.0, WARN), (60.0, FAIL), (-3600.0, FAIL)]
)
def test_the_helpdesk_s_clock_is_held_against_ours(shop, server, ahead, outcome):
    server.skew = ahead

    checked = examined(shop)["helpdesk's clock"]

    assert checked.outcome is outcome
    assert ("NTP" in checked.mend) is (outcome is not OK)


def test_the_store_s_clock_too(shop):
    class Behind(SystemClock):
        def now(self):
            return super().now() - 40.0

    found = {each.check: each for each in examine(shop.services, SHOP, "", Behind())}

    assert found["store's clock"].outcome is FAIL
    assert "40 s ahead of" in found["store's clock"].seen


def test_a_helpdesk_that_is_away_is_asked_nothing_further(shop, helpdesk, desk):
    away = helpdesk | {"options": {"url": "http://127.0.0.1:9"}}
    shop.change(helpdesk=away)
    shop.services.book.forget(SHOP)
    desk.calls.clear()

    found = examined(shop)

    assert list(found)[-1] == "helpdesk"
    assert found["helpdesk"].outcome is FAIL
    assert "http://127.0.0.1:9" in found["helpdesk"].mend
    assert desk.calls == []


@pytest.mark.parametrize(
    ("error", "words"),
    [(Refused("GET tickets: 401"), "secrets.token"), (HelpdeskAway("GET: 503"), "in a minute")],
)
def test_what_the_login_may_not_do_is_said_and_the_rest_goes_on(shop, desk, error, words):
    desk.fault = lambda call, _: error if call in {"walk_open", "changed_since"} else None

    found = examined(shop)

    for name in ("listing tickets", "what has changed"):
        assert (found[name].outcome, found[name].seen) == (FAIL, error.message)
        assert words in found[name].mend
    assert found["groups"].outcome is OK


def test_what_has_to_wait_for_the_helpdesk_s_budget_is_no_fault(shop, desk):
    spent = Throttled("The helpdesk's budget of calls is used up.", 6.7)
    desk.fault = lambda call, _: spent if call == "changed_since" else None

    checked = examined(shop)["what has changed"]

    assert (checked.outcome, "in a minute" in checked.mend) == (WARN, True)


def test_where_the_helpdesk_calls_the_api_has_to_answer(shop, httpserver):
    httpserver.expect_request("/readyz").respond_with_json({"status": "ok"})
    up, up_elsewhere = httpserver.url_for("").rstrip("/"), httpserver.url_for("/nowhere")

    assert examined(shop, base=up)["address"].outcome is OK
    for base, seen in ((up_elsewhere, "answers with 500"), (URL, "cannot be reached from here")):
        checked = examined(shop, base=base)["address"]
        assert (checked.outcome, checked.seen.endswith(seen)) == (WARN, True)


def test_webhooks_that_do_not_come_while_tickets_change_fail_with_the_address(shop):
    shop.clock.advance(2 * 3600.0)
    shop.desk.touch("1", assignee="ann")
    reconcile.poll(shop.services, SHOP)
    assert examined(shop)["webhooks"].outcome is OK, "it may be under way"
    shop.clock.advance(traffic.PATIENT + 1.0)

    checked = examined(shop, base=URL)["webhooks"]

    assert checked.outcome is FAIL
    assert "1 tickets that changed" in checked.seen
    assert f"{URL}/v1/shops/lamps/events/standard " in checked.mend
    assert "https://YOUR-SERVICE/v1/" in examined(shop)["webhooks"].mend


def test_where_nothing_changes_none_need_to_come(shop):
    shop.clock.advance(2 * 3600.0)

    assert examined(shop)["webhooks"].outcome is OK


@pytest.mark.parametrize(("lost", "outcome"), [(3, OK), (4, WARN), (40, FAIL)])
def test_some_that_are_lost_are_told(shop, desk, lost, outcome):
    arrivals(shop, desk, 10, start=10)
    shop.services.tallies.add(SHOP, [f"difference/{LOST}"] * lost, shop.clock.now())

    checked = examined(shop)["webhooks"]

    assert checked.outcome is outcome
    assert f"{lost} did not come" in checked.seen


def test_webhooks_under_another_secret_fail(shop, desk):
    def refused():
        with pytest.raises(Unauthorised):
            receive(shop, desk.webhook("1"), token="wrong")
        return examined(shop)["refused webhooks"]

    assert refused().outcome is FAIL
    assert "secrets.webhook" in refused().mend

    shop.services.tallies.add(SHOP, ["webhook/standard/updated"] * 100, shop.clock.now())
    assert refused().outcome is WARN, "anybody may send one"


def nobody_works(house):
    house.services.progress.forget_worker("one")


def somebody_worked(house):
    house.clock.advance(3600.0)


def the_secret_is_gone(house):
    options = dict(house.services.book.policy(SHOP).helpdesk.options)
    secrets = {"webhook": "env:NO_SUCH_SECRET"}
    house.change(helpdesk={"connector": "standard", "options": options, "secrets": secrets})


def a_group_is_renamed(house):
    house.desk.named = ("shop", "nearby", "far")


def the_tag_is_not_shown(house):
    for number, ticket in house.desk.tickets.items():
        if ticket.group == "near":
            house.desk.touch(number, tags=frozenset())


def a_write_is_refused(house):
    house.desk.fault = lambda call, _: Refused("the group is gone") if call == "write" else None
    arrive(house, house.desk, "9")
    work.move(house.services, SHOP, "9", By("", "ann"), to="near")
    sync.drain(house.services, SHOP)


def writes_wait(house):
    work.move(house.services, SHOP, "1", By("", "ann"), to="near")
    house.clock.advance(400.0)


def the_helpdesk_fails(house):
    gate = house.services.desks.gate(house.services.book.policy(SHOP))
    for _ in range(20):
        gate.left(503, {})


def the_helpdesk_is_asked_too_much(house):
    gate = house.services.desks.gate(house.services.book.policy(SHOP))
    gate.left(429, {"retry-after": "40"})


def the_import_goes_on(house):
    house.services.redis.hdel("overflow:{lamps}:situation", "n:import")


@pytest.mark.parametrize(
    ("ail", "check", "outcome", "seen", "mend"),
    [
        (nobody_works, "workers", FAIL, "none is alive", "python -m workers"),
        (somebody_worked, "workers", FAIL, "60 min ago", "overflow run"),
        (the_secret_is_gone, "secrets", FAIL, "env:NO_SUCH_SECRET", "every worker"),
        (a_group_is_renamed, "groups", FAIL, "not there: near", "old name"),
        (the_tag_is_not_shown, "tag and reason", FAIL, "looked at 4", "`overflow`"),
        (a_write_is_refused, "dead letters", FAIL, "the group is gone", "dead-letters/retry"),
        (writes_wait, "sync", FAIL, "1 to be written", "429"),
        (the_helpdesk_fails, "calls", FAIL, "failures in a row", "by itself"),
        (the_helpdesk_is_asked_too_much, "calls", WARN, "left alone for 40 s", "limit"),
        (the_import_goes_on, "import", WARN, "no ticket is decided", "wait"),
        (somebody_worked, "polling", FAIL, "60 min ago", "workers' log"),
        (lambda house: house.clock.advance(3 * 3600.0), "walk", FAIL, "3 h", "helpdesk walk lamps"),
    ],
)
def test_each_ailment_is_told_with_what_to_do(shop, ail, check, outcome, seen, mend):
    ail(shop)

    checked = examined(shop)[check]

    assert checked.outcome is outcome
    assert seen in checked.seen
    assert mend in checked.mend
    assert "never-shown" not in str(checked)


@pytest.mark.parametrize("mode", ["observe", "off"])
def test_a_mode_that_does_nothing_is_said_plainly(shop, helpdesk, mode):
    shop.change(helpdesk=helpdesk, mode=mode)
    shop.services.book.forget(SHOP)

    checked = examined(shop)["mode"]

    assert checked.outcome is WARN
    assert checked.seen.startswith(mode)
    assert "mode: live" in checked.mend


def test_a_walk_that_was_never_made_is_told(house, helpdesk):
    shops.put_policy(house.services, SHOP, document(helpdesk=helpdesk))

    found = examined(house)

    assert (found["walk"].outcome, found["polling"].outcome) == (WARN, WARN)


def test_a_walk_under_way_is_no_ailment(shop):
    now = shop.clock.now()
    shop.services.progress.put(SHOP, audit.STATE, f'{{"begun": {now - 60.0}, "tickets": 300}}')

    assert "one has gone on for 60 s: 300 open" in examined(shop)["walk"].seen


def test_a_shop_without_a_policy_is_unknown(house):
    with pytest.raises(Unknown):
        examined(house)


def test_a_ticket_that_ended_meanwhile_is_no_ailment(shop, desk):
    desk.touch("4", status=Status.SOLVED, group="shop")

    assert examined(shop)["tag and reason"].outcome is OK
