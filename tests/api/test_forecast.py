"""The forecast: from history or uploaded, shown with where it comes from."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from overflow.api.moments import epoch, iso
from overflow.clock import SystemClock
from overflow.flows.planner import forecasting
from overflow.flows.routing import counts
from overflow.flows.routing.errand import IMPORTED
from overflow.store import keys
from tests.api.conftest import add_shop

SHOP = "/v1/shops/lamps"
FORECAST = f"{SHOP}/forecast"
DAY = 86400.0
BERLIN = ZoneInfo("Europe/Berlin")


def full_hour():
    """0, 6, 12 or 18 o'clock, an hour ahead at least: no clock changes then."""
    soon = datetime.fromtimestamp(SystemClock().now() + 3600, BERLIN)
    quarter_day = soon.replace(hour=soon.hour // 6 * 6, minute=0, second=0, microsecond=0)
    return quarter_day + timedelta(hours=6)


HOUR = full_hour()
"""The same in all of a test, however the time goes on."""


def body(*rows, interval=3600, **more):
    return {"interval": interval, "rows": list(rows), **more}


def row(hours=0, arrivals=8.0, **name):
    at = HOUR.astimezone(ZoneInfo("UTC")) + timedelta(hours=hours)
    return {"at": at.isoformat(), "arrivals": arrivals} | (name or {"queue": "chat.de"})


@pytest.fixture
def history(services, store_client, shop):
    """Three weeks in which two chats came in each quarter of an hour."""
    now = services.clock.now()
    today = int(now // 900)
    pipe = store_client.pipeline()
    for number in range(today - 21 * 96, today):
        pipe.hset(keys.cohort(shop, number), "arrived/chat.de", 2)
    pipe.hset(keys.situation(shop), f"n:{IMPORTED}", int((now - 20 * DAY) * 1e6))
    pipe.execute()
    services.situations.forget(shop)


def test_a_new_shop_has_no_forecast_yet(shopkeeper):
    told = shopkeeper("GET", FORECAST).json

    assert (told["usual_made"], told["uploaded"], told["queues"]) == (None, None, [])


def test_history_is_shown_with_the_days_behind_it(shopkeeper, history):
    told = shopkeeper("GET", f"{FORECAST}?hours=2").json

    (queue,) = told["queues"]
    assert queue["queue"] == "chat.de"
    assert 8 <= len(queue["quarters"]) <= 9
    for each in queue["quarters"]:
        assert (each["arrivals"], each["usual"], each["source"]) == (2.0, 2.0, "history")
        assert each["days"] in {2, 3}
        assert each["stand_in"] is None
    assert queue["arrivals"] == 2.0 * len(queue["quarters"])
    assert told["usual_made"] is not None


def test_a_ticket_that_arrives_is_counted_for_its_queue(services, shop, arrive):
    arrive("1", channel="chat", language="de")
    arrive("1", channel="chat", language="de", version=2)
    now = services.clock.now()

    found = [counts.arrivals(q.tallies) for q in services.tallies.cohorts(shop, now - 1800, now)]

    assert found == [{"chat.de": 1}]


def test_the_usual_is_worked_out_anew_only_when_that_is_due(services, shop, history, shopkeeper):
    first = forecasting.forecast(services, shop).profile
    again = forecasting.forecast(services, shop).profile
    policy = shopkeeper("GET", f"{SHOP}/policy").json
    peak = {"name": "now", "day": "01-01", "lift": 2}
    shopkeeper("PUT", f"{SHOP}/policy", {**policy, "peaks": [peak]}, If_Match="*")

    other = forecasting.forecast(services, shop).profile

    assert first.made == again.made
    assert (other.policy_version, first.policy_version) == (2, 1)


def test_while_another_process_works_it_out_nobody_waits(services, shop, history):
    lease = services.leases.acquire(keys.shop_lease(shop, "usual"), 30)

    assert forecasting.forecast(services, shop).profile is None
    lease.release()
    assert forecasting.forecast(services, shop).profile is not None


def test_an_upload_takes_the_place_of_history_until_it_is_withdrawn(shopkeeper, history):
    answer = shopkeeper("PUT", FORECAST, body(row(0), row(1, 20), agent="amelie"))
    assert answer.status_code == 200, answer.text

    told = shopkeeper("GET", FORECAST).json
    assert told["uploaded"]["arrivals"] == {"chat.de": 28.0}
    assert told["uploaded"]["by"] == "amelie"
    assert epoch(told["uploaded"]["start"]) == HOUR.timestamp()
    quarters = {each["at"]: each for each in told["queues"][0]["quarters"]}
    first = quarters[iso(HOUR.timestamp())]
    assert (first["arrivals"], first["source"], first["days"]) == (2.0, "uploaded", 0)
    assert quarters[iso(HOUR.timestamp() + 3600)]["arrivals"] == 5.0
    assert quarters[iso(HOUR.timestamp() + 7200)]["source"] == "history"

    assert shopkeeper("DELETE", FORECAST).status_code == 204
    assert shopkeeper("GET", FORECAST).json["uploaded"] is None


def test_a_table_is_taken_as_comma_separated_values(shopkeeper):
    at = f"{HOUR:%Y-%m-%d %H:%M}"

    answer = shopkeeper.raw(
        "PUT",
        f"{FORECAST}?interval=1800&has_peaks=true",
        data=f"Channel,At,Arrivals,who\nchat,{at},7.5,ann\nemail,{at},3\n",
        content_type="text/csv; charset=utf-8",
    )

    assert answer.status_code == 200, answer.text
    assert answer.json["uploaded"]["arrivals"] == {"chat": 7.5, "email": 3.0}
    assert answer.json["uploaded"]["has_peaks"]
    assert [each["queue"] for each in answer.json["queues"]] == ["chat.de", "email.de"]
    assert answer.json["queues"][0]["quarters"][0]["at"] == iso(HOUR.timestamp())


def test_a_spreadsheets_semicolons_and_decimal_commas_are_understood(shopkeeper):
    at = f"{HOUR:%Y-%m-%d %H:%M}"

    answer = shopkeeper.raw(
        "PUT",
        f"{FORECAST}?interval=3600",
        data=f"\ufeffqueue;at;arrivals\r\nchat.de;{at};7,5\r\n\r\n".encode(),
        content_type="text/csv",
    )

    assert answer.json["uploaded"]["arrivals"] == {"chat.de": 7.5}


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({}, {"rows"}),
        ({"rows": []}, {"interval", "rows"}),
        ({"interval": 1000, "rows": []}, {"interval", "rows"}),
        ({"interval": 3600, "rows": []}, {"rows"}),
        ({"interval": 3600, "rows": 3}, {"rows"}),
        ({"interval": 3600, "rows": [3]}, {"rows.0", "rows.0.at", "rows.0.arrivals"}),
        (body(row(), extra=1), {"extra"}),
        (body(row() | {"more": 1}), {"rows.0.more"}),
        (body(row(queue="fax.de")), {"rows.0.queue"}),
        (body(row(queue="chat")), {"rows.0.queue"}),
        (body(row(channel="fax")), {"rows.0.channel"}),
        (body(row(channel=["chat"])), {"rows.0.channel"}),
        (body(row(channel="chat", queue="chat.de")), {"rows.0"}),
        (body(row(arrivals=-1)), {"rows.0.arrivals"}),
        (body(row(arrivals=True)), {"rows.0.arrivals"}),
        (body(row(arrivals="many")), {"rows.0.arrivals"}),
        (body(row() | {"at": "soon"}), {"rows.0.at"}),
        (body(row() | {"at": "2026-11-27T09:07"}), {"rows.0.at"}),
        (body(row() | {"at": "2200-11-27T09:00"}), {"rows.0.at"}),
        (body(row() | {"at": "2020-11-27T09:00"}), {"rows"}),
        (body(row(), row(0.5)), {"rows.0.at"}),
        (body(row(), row(channel="chat")), {"rows"}),
    ],
)
def test_every_fault_of_an_upload_is_named(shopkeeper, given, faults):
    answer = shopkeeper("PUT", FORECAST, given)

    assert answer.status_code == 422, answer.text
    assert set(answer.json["faults"]) == faults
    assert shopkeeper("GET", FORECAST).json["uploaded"] is None


def test_all_faults_of_a_table_are_named_with_their_lines(shopkeeper):
    answer = shopkeeper.raw(
        "PUT",
        FORECAST,
        data="queue,at,arrivals\nchat.de,x,1\nfax.de,2026-11-27 09:00,y\n",
        content_type="text/csv",
    )

    assert set(answer.json["faults"]) == {
        "interval",
        "line 2.at",
        "line 3.queue",
        "line 3.arrivals",
    }


def test_a_flood_of_faults_is_cut_short(shopkeeper):
    answer = shopkeeper("PUT", FORECAST, body(*[row(arrivals=-1)] * 150))

    assert len(answer.json["faults"]) == 101
    assert answer.json["faults"]["more"] == ["there are 50 more faults"]


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"\xff", "text/csv", 400),
        (b"a,b\n1,2\n", "text/csv", 422),
        (b"", "text/csv", 422),
        (b"{}", "text/plain", 415),
    ],
)
def test_what_is_no_forecast_is_refused(shopkeeper, data, kind, status):
    answer = shopkeeper.raw("PUT", f"{FORECAST}?interval=900", data=data, content_type=kind)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_one_queue_can_be_asked_for(shopkeeper):
    shopkeeper("PUT", FORECAST, body(row(), row(queue="email.de")))

    told = shopkeeper("GET", f"{FORECAST}?queue=email.de").json

    assert [each["queue"] for each in told["queues"]] == ["email.de"]


def test_peaks_and_signals_lift_it_and_say_so(services, desk, key):
    rule = {"when": "strike", "lift": {"chat": 2}, "lasts": "2d"}
    peak = {"name": "that day", "day": f"{HOUR:%Y-%m-%d}", "lift": 3}
    add_shop(services, desk, "sale", signals=[rule], peaks=[peak])
    keeper = key("shop:sale")
    keeper("POST", "/v1/shops/sale/signals", {"name": "strike"})

    told = keeper("PUT", "/v1/shops/sale/forecast", body(row(2))).json

    first = told["queues"][0]["quarters"][0]
    assert (first["usual"], first["lift"]) == (2.0, 6.0)
    assert [cause["kind"] for cause in first["causes"]] == ["peak", "signal"]


def test_the_forecast_is_the_shops_alone(partner, shopkeeper, services, desk):
    add_shop(services, desk, "other")

    assert partner("GET", FORECAST).status_code == 403
    assert shopkeeper("GET", "/v1/shops/other/forecast").status_code == 404
    assert shopkeeper("PUT", "/v1/shops/other/forecast", body(row())).status_code == 404
