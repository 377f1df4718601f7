"""When home overflows, and who of the waiting leaves late, as somebody sees it who watches."""

import re

import pytest
from playwright.sync_api import expect

from overflow.core.arrivals.expected import Interval, Uploaded
from overflow.flows.planner import planning
from tests.board.conftest import SHOP, _window
from tests.board.test_board import TOO_PALE

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def planned(services, add_shop, site):
    """The shop plans by cost, and knows what comes on chat; no partner takes its calls."""
    costs = {"breach": 4.0, "lost": 6.0, "kept": 1.0}
    channels = {
        "chat": {"target": "2m", "handle_time": "8m", "patience": "6m"},
        "email": {"target": "4h"},
        "phone": {"target": "20s"},
    }
    add_shop(SHOP, planning="cost", costs=costs, channels=channels)
    now = services.clock.now()
    hours = tuple(Interval(now // 3600 * 3600 + 3600 * n, 3600.0, 8.0) for n in range(-2, 48))
    services.forecasts.put_uploaded(SHOP, Uploaded(now, {"chat": hours}))
    planning.run(services, SHOP)
    return planning.plans(services, SHOP)[0].plan


def test_a_threshold_stands_beside_what_is_at_home(window, token, arrive, planned):
    level = planned.level(planned.made)
    for number in range(level):
        assert arrive(f"t{number}") == "inhouse"
    page = window.open(token("operator"))

    chat = page.locator("#plans li").filter(has_text="chat")
    expect(chat.get_by_role("meter")).to_have_attribute("aria-valuetext", f"{level} of {level}")
    expect(chat).to_have_attribute("data-tone", "warn")
    expect(chat).to_contain_text(re.compile(r"leaves late from place \d+ on with .+ left"))
    phone = page.locator("#plans li").filter(has_text="phone")
    expect(phone).to_contain_text("no partner serves it")
    assert arrive("next") != "inhouse"


@pytest.mark.usefixtures("planned")
def test_a_click_shows_who_leaves_late_by_time_left_and_crowd(chromium, site, token):
    for scheme in ("light", "dark"):
        with _window(chromium, site, color_scheme=scheme) as window:
            page = window.open(token("operator"))
            page.locator("#plans button").first.click()

            dialog = page.get_by_role("dialog")
            expect(dialog.get_by_role("heading", level=2)).to_contain_text("or more at home")
            now = dialog.get_by_role("region", name="Who leaves late: Now")
            assert now.locator("thead th").all_text_contents()[:2] == ["Time left", "0 at home now"]
            expect(now.get_by_role("row").filter(has_text="2 min")).to_contain_text("place")
            assert page.evaluate(TOO_PALE) == []
            assert window.complaints == []


def test_where_nothing_is_planned_nothing_is_said_of_it(window, token):
    page = window.open(token("operator"))

    expect(page.locator("#pulse")).to_have_text(re.compile("Live"))
    expect(page.locator("#plan-panel")).to_be_hidden()
