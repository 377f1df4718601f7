"""What vendors allow, and how their headers say it."""

import pytest

from overflow.helpdesks.gate import is_urgent, urgent
from overflow.helpdesks.limits import (
    LONGEST_WAIT,
    PUBLISHED,
    Budget,
    Told,
    budget_of,
    parts_of,
    reader_of,
)


@pytest.mark.parametrize(
    ("vendor", "headers", "told"),
    [
        (
            "zendesk",
            {"x-rate-limit": "700", "x-rate-limit-remaining": "699", "ratelimit-reset": "41"},
            Told(700, 699, 41.0),
        ),
        (
            "zendesk",
            {"ratelimit-limit": "200", "ratelimit-remaining": "0", "ratelimit-reset": "1"},
            Told(200, 0, 1.0),
        ),
        ("zendesk", {"ratelimit-reset": "1795338911"}, Told(reset=LONGEST_WAIT)),
        (
            "freshdesk",
            {
                "x-ratelimit-total": "400",
                "x-ratelimit-remaining": "7",
                "x-ratelimit-used-currentrequest": "3",
            },
            Told(400, 7, cost=3),
        ),
        ("gorgias", {"x-gorgias-account-api-call-limit": "10/40"}, Told(40, 30)),
        ("gorgias", {"x-gorgias-account-api-call-limit": "42/40"}, Told(40, 0)),
        ("gorgias", {"x-gorgias-account-api-call-limit": "10.5/40"}, Told(40, 30)),
    ],
)
def test_headers_are_understood(vendor, headers, told):
    assert reader_of(vendor)(headers) == told


@pytest.mark.parametrize("vendor", ["zendesk", "freshdesk", "gorgias", "zammad", "rest"])
@pytest.mark.parametrize("text", ["", "-1", "many", "1/", "/", "²", "nan", "1e9"])
def test_what_makes_no_sense_says_nothing(vendor, text):
    names = (
        "x-rate-limit",
        "x-rate-limit-remaining",
        "ratelimit-reset",
        "x-ratelimit-total",
        "x-ratelimit-remaining",
        "x-ratelimit-used-currentrequest",
        "x-gorgias-account-api-call-limit",
    )
    assert reader_of(vendor)(dict.fromkeys(names, text)) == Told()


def test_a_shop_s_own_limit_takes_the_place_of_the_published_one():
    own = {"limit": {"requests": 80, "seconds": 20.0}}

    assert budget_of("gorgias", {}) is PUBLISHED["gorgias"]
    assert budget_of("gorgias", own) == Budget(80, 20.0, is_firm=True, is_leaky=True)
    assert budget_of("rest", own) == Budget(80, 20.0, is_firm=True)


def test_a_helpdesk_of_the_shop_s_own_has_no_limit():
    assert [budget_of(name, {}) for name in ("zammad", "rt", "django_helpdesk")] == [None] * 3


@pytest.mark.parametrize(
    ("vendor", "what", "part"),
    [
        ("zendesk", "GET /api/v2/incremental/tickets/cursor", "export"),
        ("zendesk", "PUT /api/v2/tickets/35436", "update"),
        ("zendesk", "PUT /api/v2/tickets/35436/tags", ""),
        ("zendesk", "PUT /api/v2/tickets/update_many", ""),
        ("freshdesk", "GET /api/v2/tickets", "list"),
        ("freshdesk", "GET /api/v2/tickets/3695", ""),
        ("freshdesk", "PUT /api/v2/tickets/3695", "update"),
        ("gorgias", "PUT /api/tickets/3695", ""),
    ],
)
def test_some_calls_have_a_limit_of_their_own(vendor, what, part):
    found = [each.name for each in parts_of(vendor) if each.what.fullmatch(what)]

    assert found == ([part] if part else [])


@pytest.mark.parametrize(
    ("vendor", "budget", "parts"),
    [
        ("freshdesk", 80, {"list": 20, "update": 80}),
        ("freshdesk", 10, {"list": 10, "update": 10}),
        ("freshdesk", 200, {"list": 20, "update": 80}),
        ("freshdesk", 400, {"list": 100, "update": 160}),
        ("freshdesk", 5000, {"list": 200, "update": 280}),
        ("zendesk", 200, {"export": 10, "update": 100}),
        ("zendesk", 700, {"export": 10, "update": 100}),
        ("zendesk", 2500, {"export": 30, "update": 300}),
    ],
)
def test_how_many_such_calls_there_may_be_goes_by_the_plan(vendor, budget, parts):
    assert {part.name: part.of(budget) for part in parts_of(vendor)} == parts


def test_what_is_urgent_is_so_in_its_block_only():
    with urgent():
        assert is_urgent()
        with urgent(is_it=False):
            assert not is_urgent()
        assert is_urgent()
    assert not is_urgent()
