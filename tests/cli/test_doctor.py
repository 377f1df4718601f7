"""``overflow doctor``: a table or JSON, and an exit status that scripts can use."""

import orjson
import pytest
from click.testing import CliRunner

from overflow.cli import main
from overflow.clock import SystemClock
from overflow.demo.sandbox import Sandbox
from overflow.flows import shops
from overflow.flows.polling import imports, reconcile
from tests.flows.house import SHOP, document

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwx1Zt8Wb0Pq4="


@pytest.fixture
def desk():
    with Sandbox(SECRET, groups=("shop", "near", "far")) as sandbox:
        yield sandbox


@pytest.fixture
def shop(house, desk, monkeypatch):
    """A worker is alive, the sandbox helpdesk is polled."""
    monkeypatch.setenv("DESK_SECRET", SECRET)
    described = document()["helpdesk"] | {"options": {"url": desk.url}}
    shops.put_policy(house.services, SHOP, document(helpdesk=described))
    imports.finish(house.services, SHOP)
    while not reconcile.poll(house.services, SHOP).is_whole:
        pass
    house.services.progress.beat("one", SystemClock().now())
    return house


def run(*args, status=0):
    result = CliRunner().invoke(main, ["doctor", *args])
    assert result.exit_code == status, (result.output, result.exception)
    return result


def told(*args, status=0):
    return {
        each["check"]: each for each in orjson.loads(run("--json", *args, status=status).stdout)
    }


def test_where_all_is_well_it_says_so_and_ends_with_0(shop):
    lines = run(SHOP).stdout.splitlines()

    assert lines[0].split()[0] == "check"
    assert lines[-1].endswith(" ok, 0 warn, 0 fail")
    assert not [line for line in lines if "FAIL" in line or "WARN" in line]


def test_what_has_to_be_mended_is_said_with_how_and_ends_with_1(shop):
    shop.services.progress.forget_worker("one")

    lines = run(SHOP, status=1).stdout.splitlines()
    workers = told(SHOP, status=1)["workers"]

    assert any(line.split()[:2] == ["workers", "FAIL"] for line in lines)
    assert workers["outcome"] == "fail"
    assert "python -m workers" in workers["mend"]


def test_no_secret_is_shown(shop, monkeypatch):
    assert SECRET not in run(SHOP).output
    monkeypatch.delenv("DESK_SECRET")

    secrets = told(SHOP, status=1)["secrets"]

    assert secrets["seen"] == "nothing is in env:DESK_SECRET"


def test_a_shop_that_there_is_not_and_a_wrong_address_are_wrong_questions(shop):
    assert "nobody" in run("nobody", status=2).stderr
    assert "--url" in run(SHOP, "--url", "overflow.example", status=2).stderr


def test_a_store_that_is_away_has_to_be_mended(shop, monkeypatch):
    monkeypatch.setenv("OVERFLOW_REDIS_URL", "redis://127.0.0.1:9/0")

    assert told(SHOP, status=1)["store"]["outcome"] == "fail"
