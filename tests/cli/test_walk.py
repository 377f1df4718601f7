"""``overflow helpdesk walk``: at the store, or at a running service."""

import orjson
from click.testing import CliRunner

from overflow.cli import main
from overflow.flows.polling import reconcile
from tests.flows.house import SHOP
from tests.flows.routing import arrivals


def run(*args, status=0):
    result = CliRunner().invoke(main, ["helpdesk", "walk", *map(str, args)])
    assert result.exit_code == status, (result.output, result.exception)
    return (result.stderr if status else result.stdout).splitlines()


def test_it_is_asked_for_and_shown(house):
    arrivals(house, house.desk, 4)
    house.clock.advance(200.0)
    house.desk.tickets.pop("1")

    assert run(SHOP, "--show") == ["lamps: none so far"]
    [asked] = run(SHOP)
    while not reconcile.poll(house.services, SHOP).is_whole:
        pass

    assert asked.startswith("lamps: asked for at 20")
    ended, counts = run(SHOP, "--show")
    assert ended.startswith("lamps: the last one ended at 20")
    assert counts == "  pages: 1, open tickets: 3, differences: 1"
    assert orjson.loads("\n".join(run(SHOP, "--show", "--json")))["differences"] == 1


def test_it_says_which_groups_it_waits_for(house):
    house.services.progress.put(SHOP, "missing_groups", '["near"]')

    assert run(SHOP)[-1].endswith("lacks groups of the policy: near")


def test_a_shop_that_there_is_not_is_a_fault(house):
    assert "nobody" in run("nobody", status=2)[0]


def test_a_running_service_is_asked_where_it_is_named(house, httpserver, monkeypatch):
    monkeypatch.setenv("OVERFLOW_API_KEY", "ovf_right")
    told = {"state": "walking", "begun": "2026-11-20T09:15:02.125Z", "pages": 3, "tickets": 287}
    told |= {"asked": None, "ended": None, "differences": 2, "missing_groups": []}
    path = f"/v1/shops/{SHOP}/walk"
    httpserver.expect_request(path, method="POST").respond_with_json(told, status=202)
    httpserver.expect_request("/v1/shops/nobody/walk").respond_with_json(
        {"title": "no"}, status=404
    )

    lines = run(SHOP, "--api", httpserver.url_for(""))

    assert lines == [
        "lamps: walking since 2026-11-20T09:15:02.125Z",
        "  pages: 3, open tickets: 287, differences: 2",
    ]
    assert run("nobody", "--api", httpserver.url_for(""), status=2) == ["no"]
