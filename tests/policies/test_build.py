"""What a document becomes: defaults, what is inherited, and hours with their zone and holidays."""

from datetime import UTC, datetime

import pytest

from overflow import policies
from overflow.core.arrivals.peaks import Calendar
from overflow.core.model import HOME, Costs, Levels, Mode, Policy, Shift, Target
from overflow.policies.channels import BUILT_IN
from tests.policies.documents import home, partner, shop


def build(**changes):
    return policies.build(shop(**changes), version=7)


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_what_is_not_said_has_the_defaults_of_the_core():
    policy = build()
    plain = Policy(
        policy.shop,
        7,
        policy.zone,
        Mode.LIVE,
        policy.helpdesk,
        policy.home,
        policy.partners,
        policy.channels,
        calendar=Calendar(zone=policy.zone),
    )
    assert policy == plain


def test_the_shop_may_be_named_by_the_caller_alone():
    assert policies.build(shop(shop=None), "candles").shop == "candles"


@pytest.mark.parametrize("name", ["phone", "chat", "video"])
def test_the_channels_on_which_customers_wait_are_live(name):
    assert BUILT_IN[name].live
    assert BUILT_IN[name].patience is not None


def test_ten_channels_are_built_in():
    assert list(BUILT_IN) == [
        "phone",
        "chat",
        "video",
        "email",
        "form",
        "whatsapp",
        "messenger",
        "facebook",
        "instagram",
        "x",
    ]


def test_a_built_in_channel_keeps_what_the_policy_does_not_change():
    chat = build(
        channels={"chat": {"target": {"time": "90s", "goal": "95%"}}}, partners=[]
    ).channels["chat"]
    assert chat.live
    assert chat.target == Target(90.0, "wall", HOME, 0.95)
    assert chat.patience == BUILT_IN["chat"].patience


def test_patience_can_be_without_end():
    assert (
        build(channels={"chat": {"patience": None}}, partners=[]).channels["chat"].patience is None
    )


def test_a_channel_of_the_shops_own_is_taken():
    channels = {"pager": {"live": True, "target": "15m"}}
    assert build(channels=channels, partners=[]).channels["pager"].live


def test_a_channel_takes_the_shops_levels_measure_by_measure():
    policy = build(
        pressure={
            "backlog": {"start": 20, "stop": 12},
            "breach": {"start": "40%", "stop": "20%"},
            "hold": "10m",
        },
        channels={
            "chat": {"pressure": {"backlog": {"start": 5, "stop": 3}, "hold": "2m"}},
            "email": {"pressure": {"breach": "off", "backlog": None}},
        },
    )
    chat, email = policy.channels["chat"].thresholds, policy.channels["email"].thresholds
    assert (chat.backlog, chat.breach, chat.hold) == (Levels(5, 3), Levels(0.4, 0.2), 120.0)
    assert (email.backlog, email.breach, email.hold) == (None, None, 600.0)
    assert chat.expected_wait is None


def test_durations_and_shares_become_seconds_and_parts_of_one():
    policy = build(untouched="1h30m", breach_margin="2.5%", costs={"kept": 1.5, "lost": 12})
    assert policy.untouched == 5400.0
    assert policy.breach_margin == 0.025
    assert policy.costs == Costs(1.5, 0.0, 12.0)


def test_agents_are_one_shift_over_the_open_hours():
    home = build().home
    assert home.shifts == (Shift(home.hours, 3),)


def test_teams_serve_every_channel_and_language_unless_told_otherwise():
    policy = build(partners=[partner(languages=["de"])])
    assert policy.home.channels == {"chat", "email"}
    assert policy.home.languages == frozenset()
    assert policy.partners[0].channels == {"chat", "email"}
    assert policy.partners[0].languages == {"de"}


def test_a_partner_may_keep_hours_in_its_own_zone_with_its_own_holidays():
    policy = build(
        holidays={"country": "NL"},
        inhouse=home(hours="Mo-Fr 09:00-17:00; PH off", agents=1),
        partners=[
            partner(
                hours="Mo-Fr 09:00-17:00; PH off", zone="Europe/Lisbon", holidays={"country": "PT"}
            )
        ],
    )
    kings_day = moment("2027-04-27T12:00")
    freedom_day = moment("2029-04-25T12:00")
    early = moment("2027-01-05T08:30")
    ours, theirs = policy.home.hours, policy.partners[0].hours
    assert (ours.is_open(kings_day), theirs.is_open(kings_day)) == (False, True)
    assert (ours.is_open(freedom_day), theirs.is_open(freedom_day)) == (True, False)
    assert (ours.is_open(early), theirs.is_open(early)) == (True, False)


def test_holidays_can_be_added_and_struck():
    policy = build(
        holidays={"country": "NL", "add": ["2026-12-24"], "strike": ["2026-12-25"]},
        inhouse=home(hours="Mo-Fr 09:00-17:00; PH off", agents=1),
    )
    assert not policy.home.hours.is_open(moment("2026-12-24T12:00"))
    assert policy.home.hours.is_open(moment("2026-12-25T12:00"))


def test_norway_and_norwegian_are_not_taken_for_false():
    text = """
    shop: lys
    zone: Europe/Oslo
    mode: off
    holidays: {country: NO}
    helpdesk: {connector: standard, options: {url: https://desk.example}, secrets: {webhook: env:A}}
    inhouse: {hours: "Mo-Fr 09:00-17:00; PH off", agents: 1, languages: [no]}
    channels: {email: {}}
    """
    policy = policies.load(text)
    assert policy.mode is Mode.OFF
    assert policy.home.languages == {"no"}
    assert not policy.home.hours.is_open(moment("2027-05-17T10:00"))


def test_two_secrets_are_kept_in_their_order():
    desk = shop()["helpdesk"] | {"secrets": {"webhook": ["env:NEW", "file:/run/old"]}}
    assert build(helpdesk=desk).helpdesk.secrets == {"webhook": ("env:NEW", "file:/run/old")}


def test_what_is_said_for_tickets_that_do_not_say():
    policy = build(default={"channel": "chat", "language": "nl"}, topics=["returns"])
    assert policy.default_channel == "chat"
    assert policy.queue_of("chat", "nl", "returns") == "chat.nl.returns"
    assert policy.queue_of("chat", "nl", "other") == "chat.nl"
