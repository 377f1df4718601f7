"""What somebody sees who watches a shop, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.board.conftest import SHOP, _window

pytestmark = pytest.mark.needs("chromium")


def row(page, queue):
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=queue))


def tile(page, label):
    return page.locator("#tiles > div").filter(has_text=label).locator(".value")


def test_a_decision_is_shown_that_has_just_fallen(window, token, arrive):
    page = window.open(token(f"shop:{SHOP}"), SHOP)
    expect(page.locator("#pulse")).to_have_text(re.compile("Live"))
    expect(page.get_by_text("Nothing was decided yet.")).to_be_visible()

    assert [arrive(ticket) for ticket in ("t1", "t2", "t3")] == ["inhouse", "inhouse", "daytime"]

    newest = page.locator("#stream li").first
    expect(newest).to_contain_text("→ daytime")
    expect(newest).to_contain_text("#t3")
    expect(newest).to_contain_text("To daytime: pressure at home by its backlog of 2")
    assert page.locator("#stream li").count() == 3


def test_a_later_look_brings_what_is_new_and_nothing_twice(window, token, arrive):
    arrive("t1")
    page = window.open(token("operator"))
    expect(page.locator("#stream li")).to_have_count(1)

    arrive("t2")

    expect(page.locator("#stream li")).to_have_count(2)
    expect(page.locator("#stream .ticket").first).to_have_text("#t2")


def test_queues_and_partners_are_shown_with_their_figures(window, token, arrive):
    for number in range(4):
        arrive(f"t{number}")

    page = window.open(token(f"shop:{SHOP}"), SHOP)

    chat = row(page, "chat.de")
    expect(chat.get_by_text("Home: 2 waiting, 0 in work")).to_be_attached()
    expect(chat.get_by_text("daytime: 2 waiting, 0 in work")).to_be_attached()
    expect(chat.locator(".pressure")).to_have_text(re.compile(r"onfor (\d+|under 1) s, by backlog"))
    expect(tile(page, "Waiting at home")).to_have_text("2")
    expect(tile(page, "With partners")).to_have_text("2")
    expect(tile(page, "Under pressure")).to_have_text("1")
    expect(tile(page, "Sync outstanding")).to_have_text("2")
    expect(tile(page, "Workers alive")).to_have_text("1")
    daytime = page.get_by_role("article", name="daytime")
    expect(daytime).to_contain_text("2 handed over today, no daily limit")
    expect(daytime.get_by_role("meter", name="chat")).to_have_attribute("aria-valuetext", "2 of 5")


def test_a_partner_that_pauses_or_is_switched_off_says_so(window, token, services):
    page = window.open(token("operator"))
    nightowl = page.get_by_role("article", name="nightowl")
    expect(nightowl.locator(".tag")).to_have_text("open")
    later = services.clock.now() + 600
    declare(services, "nightowl", later)
    switch_off(services, "partner:daytime", later)

    expect(nightowl.locator(".tag")).to_have_text("paused")
    daytime = page.get_by_role("article", name="daytime").locator(".tag")
    expect(daytime).to_have_text(re.compile(r"switched off until .*\d\d:\d\d: Fire drill\."))


def declare(services, team, until):
    from overflow.flows.people import staffing

    said = {"capacity": None, "hours": "", "paused": True, "reason": "Lunch.", "until": until}
    staffing.declare(services, SHOP, team, **said)


def switch_off(services, scope, until, reason="Fire drill."):
    from overflow.flows.people import staffing

    staffing.switch_off(services, SHOP, scope, until=until, reason=reason, by="amelie")


def test_a_click_opens_the_trace(window, token, arrive):
    for number in range(3):
        arrive(f"t{number}")
    page = window.open(token(f"shop:{SHOP}"), SHOP)

    page.locator("#stream button").first.click()

    trace = page.get_by_role("dialog")
    expect(trace.get_by_role("heading", level=2)).to_contain_text("To daytime: pressure at home")
    teams = trace.get_by_role("region", name="Teams and reasons")
    heads = teams.locator("thead th").all_text_contents()
    assert heads[1:] == ["Home", "daytimehas it now", "nightowl"]
    free = teams.get_by_role("row").filter(has_text="Has a free place")
    expect(free).to_contain_text("0 of 5 on the channel")
    expect(teams.get_by_role("row").filter(has_text="Expected cost")).to_contain_text("€ ")
    inputs = trace.get_by_role("region", name="Inputs")
    expect(inputs.get_by_role("row").filter(has_text="situation")).to_contain_text("fresh")


def test_the_trace_is_opened_and_closed_by_keyboard(window, token, arrive):
    arrive("t1")
    page = window.open(token("operator"))
    button = page.locator("#stream button").first
    button.focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(button).to_be_focused()


def test_rows_do_not_move_away_below_the_pointer(window, token, arrive):
    arrive("t1")
    page = window.open(token("operator"))
    page.locator("#stream button").first.hover()

    arrive("t2")

    expect(page.get_by_role("button", name="1 newer, show")).to_be_visible()
    expect(page.locator("#stream li")).to_have_count(1)
    page.mouse.move(5, 5)
    expect(page.locator("#stream li")).to_have_count(2)


def test_a_wrong_key_is_said(window):
    page = window.open("ovf_wrong", SHOP)

    expect(page.locator("#fault")).to_have_text("This key is not valid, or not any more.")
    expect(page.locator("#board")).to_be_hidden()
    assert page.evaluate("sessionStorage.getItem('overflow.key')") is None


@pytest.mark.parametrize(
    ("scope", "shop", "said"),
    [
        ("shop:lamps", "", "This key is not an operator's: type its shop's name."),
        ("shop:lamps", "shoes", "There is no shop shoes, or not for this key."),
        ("partner:lamps:daytime", "lamps", "This key may not see a shop"),
    ],
)
def test_a_key_that_does_not_reach_the_shop_is_said(window, token, scope, shop, said):
    page = window.open(token(scope), shop)

    expect(page.locator("#fault")).to_contain_text(said)
    expect(page.locator("#board")).to_be_hidden()


def test_a_key_that_is_revoked_is_asked_for_again_and_nothing_stays_behind(
    window, services, arrive
):
    arrive("t1")
    made, secret = services.keyring.create("test", ("operator",), services.clock.now())
    page = window.open(secret)
    expect(page.locator("#stream li")).to_have_count(1)

    services.keyring.revoke(made.id, services.clock.now())

    expect(page.locator("#fault")).to_have_text("This key is not valid, or not any more.")
    expect(page.locator("#door")).to_be_visible()
    assert page.locator("#stream li").count() == 0
    assert secret not in page.evaluate("JSON.stringify(sessionStorage)")


def test_an_operator_changes_the_shop(window, token, add_shop, arrive):
    add_shop("shoes")
    arrive("t1")
    page = window.open(token("operator"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("lamps")
    expect(page.locator("#stream li")).to_have_count(1)

    page.get_by_label("Shop", exact=True).select_option("shoes")

    expect(page.get_by_role("heading", level=1)).to_contain_text("shoes")
    expect(page.locator("#stream li")).to_have_count(0)
    expect(page.get_by_text("No ticket has come yet.")).to_be_visible()


def test_the_key_lives_as_long_as_the_tab(window, token):
    page = window.open(token(f"shop:{SHOP}"), SHOP)
    expect(page.locator("#board")).to_be_visible()

    page.reload()
    expect(page.locator("#pulse")).to_have_text(re.compile("Live"))
    page.get_by_role("button", name="Change key").click()
    page.reload()

    expect(page.locator("#door")).to_be_visible()


def test_the_api_going_away_is_shown_and_its_coming_back_too(window, site, token, arrive):
    arrive("t1")
    page = window.open(token("operator"))
    expect(page.locator("#stream li")).to_have_count(1)

    site.go()

    expect(page.get_by_role("alert").filter(has_text="The API does not answer.")).to_be_visible()
    expect(page.locator("#pulse")).to_have_text(re.compile(r"Away, figures are .+ old"))
    expect(page.locator("#board")).to_have_css("filter", "grayscale(1)")
    expect(page.get_by_role("status")).to_contain_text("The board shows old figures.")
    expect(page.locator("#stream li")).to_have_count(1)

    site.come()

    expect(page.locator("#pulse")).to_have_text(re.compile("Live"))
    expect(page.locator("#alarm")).to_be_hidden()
    expect(page.get_by_role("status")).to_contain_text("The board is live again.")


def test_nothing_is_complained_of_and_no_request_leaves_the_origin(window, site, token, arrive):
    secret = token(f"shop:{SHOP}")
    page = window.open(secret, SHOP)
    for number in range(3):
        arrive(f"t{number}")
    expect(page.locator("#stream li")).to_have_count(3)
    page.locator("#stream button").first.click()
    page.keyboard.press("Escape")
    looked = len(window.asked)
    page.wait_for_event("request", lambda request: "healthz" in request.url)

    assert window.complaints == []
    assert len(window.asked) > looked
    assert {r.url for r in window.asked if not r.url.startswith((site.address, "data:"))} == set()
    assert not [r.url for r in window.asked if secret in r.url or "ovf_" in r.url]
    sent = [r for r in window.asked if "/v1/" in r.url]
    assert {r.headers["authorization"] for r in sent} == {f"Bearer {secret}"}


def test_what_people_write_is_shown_as_text(window, token, services):
    markup = "<img src=x onerror=alert(1)>"
    switch_off(services, "partner:daytime", services.clock.now() + 600, markup)

    page = window.open(token("operator"))

    expect(page.get_by_role("article", name="daytime").locator(".tag")).to_contain_text(markup)
    assert page.locator("#board img").count() == 0
    assert window.complaints == []


@pytest.mark.parametrize("width", [360, 1024, 1366, 1920])
def test_it_fits_every_width_in_light_and_dark(chromium, site, token, arrive, width):
    for number in range(4):
        arrive(f"t{number}")
    secret = token("operator")
    for scheme in ("light", "dark"):
        with _window(chromium, site, color_scheme=scheme) as window:
            window.page.set_viewport_size({"width": width, "height": 800})
            page = window.open(secret)
            expect(page.locator("#stream li")).to_have_count(4)

            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert page.evaluate(TOO_PALE) == []


# Texts whose colour stands out less than 4.5 to 1 from what is behind them (WCAG 2, AA).
TOO_PALE = """
() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const found = rgba(getComputedStyle(each).backgroundColor);
      if (found[3] > 250) return found;
    }
    return [255, 255, 255];
  };
  const pale = [];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
    if (!own || !node.checkVisibility() || node.matches('.unseen, .unseen *')) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) pale.push(`${node.className} ${node.textContent} ${ratio.toFixed(2)}`);
  }
  return pale;
}
"""
