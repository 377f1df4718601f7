"""Every fault is named with its path, all of them at once, and says how to mend it."""

import pytest

from overflow import policies
from overflow.errors import Invalid
from tests.policies.documents import home, partner, shop


def check(**changes):
    return policies.check(shop(**changes))


def test_a_small_document_has_no_faults():
    assert check() == {}


def test_nothing_at_all_lacks_everything_that_is_required():
    assert policies.check({}) == {
        path: ["is missing"] for path in ("mode", "zone", "helpdesk", "inhouse", "channels", "shop")
    }


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"zone": "Europe/Amstrdam"}, "zone", "did you mean Europe/Amsterdam?"),
        ({"zone": "../../etc/passwd"}, "zone", "must be a time zone"),
        ({"zone": 3}, "zone", "must be a time zone"),
        ({"mode": "lives"}, "mode", "must be one of live, observe, off; did you mean live?"),
        ({"mode": False}, "mode", "must be one of"),
        ({"planning": "cheap"}, "planning", "must be one of off, cost, service_level"),
        ({"planning": "cost"}, "planning", "give `costs.breach` or `costs.lost`"),
        ({"shop": "Lamps"}, "shop", "must be a name"),
        ({"shop": "l" * 33}, "shop", "must be a name"),
        ({"partner": []}, "partner", "is no field here; did you mean partners?"),
        ({".odd.": 1}, ".odd.", "is no field here"),
        ({"partners": {}}, "partners", "must be a list"),
        ({"partners": [None]}, "partners.0", "is empty"),
        ({"partners": ["x"]}, "partners.0", "must be a mapping"),
        ({"channels": {}}, "channels", "must have 1 to 100 entries"),
        ({"channels": []}, "channels", "must be a mapping"),
        ({"inhouse": None}, "inhouse", "is missing"),
        ({"topics": ["a b"]}, "topics.0", "must be a topic"),
        ({"topics": ["a", "a"]}, "topics", "names a twice"),
        ({"untouched": "soon"}, "untouched", "must be a duration such as 20s"),
        ({"untouched": 0}, "untouched", "must be from"),
        ({"untouched": "400d"}, "untouched", "to 366d"),
        ({"untouched": True}, "untouched", "must be a duration"),
        ({"ages": {"situation": 0.001}}, "ages.situation", "must be from 0.1s to 1m"),
        ({"breach_margin": "120%"}, "breach_margin", "must be a share"),
        ({"breach_margin": 5}, "breach_margin", "must be a share"),
        ({"costs": {"lost": -1}}, "costs.lost", "must lie between 0 and 100000"),
        ({"min_samples": 2.5}, "min_samples", "must be a whole number"),
        ({"closed": "never"}, "closed.rule", "must be one of auto, overflow, keep"),
        ({"notes": {"language": "es"}}, "notes.language", "must be one of en, de, nl, fr"),
        ({"notes": {"recall": "by {partnr}"}}, "notes.recall", "{partnr}; did you mean partner?"),
        ({"words": {"to_partner": "!partner"}}, "words.to_partner", "not begin with !"),
        ({"words": {"tag": "two words"}}, "words.tag", "must be one word"),
        ({"words": {"tag": "Keep-Here"}}, "words.keep_here", "is the same as `tag`"),
        ({"words": {"tag": "a", "to_partner": "a"}}, "words.to_partner", "is the same as `tag`"),
        ({"retries": {"first": 600}}, "retries.longest", "is shorter than `first`"),
        ({"retries": {"longest": 0.5}}, "retries.longest", "is shorter than `first`"),
        ({"holidays": {"country": "XX"}}, "holidays.country", "country with known holidays"),
        ({"holidays": {"country": "nl"}}, "holidays.country", "did you mean NL?"),
        (
            {"holidays": {"country": "DE", "subdivision": "XX"}},
            "holidays.subdivision",
            "is no part of DE",
        ),
        ({"holidays": {"subdivision": "BY"}}, "holidays.country", "is missing beside"),
        ({"holidays": {"add": ["2026-02-30"]}}, "holidays.add.0", "must be a day"),
        ({"holidays": {"add": ["24.12.2026"]}}, "holidays.add.0", "must be a day"),
        (
            {"holidays": {"add": ["2026-12-24"], "strike": ["2026-12-24"]}},
            "holidays",
            "2026-12-24 is both added and struck",
        ),
        ({"helpdesk": {"connector": "zendesq"}}, "helpdesk.connector", "is none of"),
        ({"helpdesk": {"connector": "standard"}}, "helpdesk.options.url", "is missing"),
        ({"helpdesk": {"connector": "standard"}}, "helpdesk.secrets.webhook", "needs it"),
        ({"default": {"channel": "phone"}}, "default.channel", "phone is no channel"),
        ({"default": {"language": "Dutch"}}, "default.language", "must be a language"),
    ],
)
def test_a_fault_is_named_with_its_path(changes, path, said):
    faults = check(**changes)
    assert path in faults
    assert said in " / ".join(faults[path])


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"agents": None}, "agents", "is empty"),
        ({"shifts": [{"hours": "24/7", "agents": 1}]}, "agents", "keep one of them"),
        ({"agents": 1.5}, "agents", "must be a whole number"),
        ({"hours": "Mo-Fri 9-17"}, "hours", "are not understood, character 6"),
        ({"hours": "Mo-Fr 09:00-18:00 unknown"}, "hours", "neither open nor closed"),
        ({"hours": "x" * 3000}, "hours", "is longer"),
        ({"hours": 9}, "hours", "must be opening hours"),
        ({"zone": "Mars/Base"}, "zone", "must be a time zone"),
        (
            {"channels": ["chat", "caht"]},
            "channels.1",
            "caht is no channel of this policy; did you mean chat?",
        ),
        ({"channels": ["chat", "chat"]}, "channels", "names chat twice"),
        ({"languages": ["nl", "nl"]}, "languages", "names nl twice"),
        ({"languages": ["NL"]}, "languages.0", "must be a language"),
        ({"concurrency": {"chat": 0}}, "concurrency.chat", "must lie between 1 and 100"),
        ({"concurrency": {"fax": 2}}, "concurrency.fax", "fax is no channel"),
        (
            {"channels": ["email"], "concurrency": {"chat": 3}},
            "concurrency.chat",
            "is no channel that the own team serves",
        ),
    ],
)
def test_a_fault_of_the_own_team_is_named_with_its_path(changes, path, said):
    faults = check(inhouse=home() | changes)
    assert said in " / ".join(faults[f"inhouse.{path}"])


def test_an_own_team_without_agents_and_shifts_is_asked_for_them():
    assert "or give `shifts`" in check(inhouse={"hours": "24/7"})["inhouse.agents"][0]


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"name": "inhouse"}, "name", "means something else"),
        ({"name": "home"}, "name", "means something else"),
        ({"name": "a.b"}, "name", "must be a name"),
        ({"group": ""}, "group", "must be text"),
        ({"group": None}, "group", "is missing"),
        ({"price": "3,20"}, "price", "must be a number"),
        ({"price": None}, "price", "is missing"),
        ({"answer_tim": "2h"}, "answer_tim", "is no field here; did you mean answer_time?"),
        ({"capacity": {}}, "capacity", "must have 1 to 100 entries"),
        ({"capacity": {"chat": -1}}, "capacity.chat", "must lie between"),
        ({"capacity": {"fax": 3}}, "capacity.fax", "fax is no channel of this policy"),
        ({"channels": ["chat"]}, "capacity.email", "is no channel that this partner serves"),
        (
            {"channels": ["chat", "email"], "capacity": {"chat": 3}},
            "capacity.email",
            "is missing: how many open tickets at most?",
        ),
        ({"enabled": "yes"}, "enabled", "must be true or false"),
        ({"daily_limit": "none"}, "daily_limit", "must be a whole number"),
    ],
)
def test_a_fault_of_a_partner_is_named_with_its_place_in_the_list(changes, path, said):
    other = partner(name="first", group="First")
    faults = check(partners=[other, partner(**changes)])
    assert list(faults) == [f"partners.1.{path}"]
    assert said in faults[f"partners.1.{path}"][0]


def test_partners_are_told_apart_by_name_and_group():
    twice = [partner(), partner(group="helpers"), partner(name="other", group="Service")]
    faults = check(partners=twice, inhouse=home(group="service"))
    assert faults == {
        "partners.1.name": ["another partner is called helpers too"],
        "partners.1.group": ["is the group of partners.0 too"],
        "partners.2.group": ["is the group of the own team too"],
    }


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"target": {"goal": 0.9}}, "target.time", "is missing"),
        ({"target": "soon"}, "target.time", "must be a duration"),
        (
            {"target": {"time": "1h", "clock": "moon"}},
            "target.clock",
            "must be one of wall, business",
        ),
        (
            {"target": {"time": "1h", "hours_of": "helprs"}},
            "target.hours_of",
            "did you mean helpers?",
        ),
        ({"live": "yes"}, "live", "must be true or false"),
        ({"patience": 0}, "patience", "must be from"),
        ({"pressure": {"backlog": {"start": 3}}}, "pressure.backlog.stop", "is missing"),
        (
            {"pressure": {"backlog": {"start": 3, "stop": 4}}},
            "pressure.backlog.stop",
            "is above `start`",
        ),
        (
            {"pressure": {"breach": {"start": "20%", "stop": 0.3}}},
            "pressure.breach.stop",
            "is above `start`",
        ),
        (
            {"pressure": {"backlog": {"start": 3, "stop": 0}}},
            "pressure.backlog.stop",
            "is never undercut",
        ),
        ({"pressure": {"wait": {}}}, "pressure.wait", "is no field here"),
    ],
)
def test_a_fault_of_a_channel_is_named_with_its_path(changes, path, said):
    faults = check(channels={"email": {}, "chat": changes})
    assert list(faults) == [f"channels.chat.{path}"]
    assert said in faults[f"channels.chat.{path}"][0]


def test_a_channel_of_the_shops_own_says_what_it_is():
    faults = check(channels={"email": {}, "chat": {}, "pager": {}})
    assert list(faults) == ["channels.pager.live", "channels.pager.target"]


def test_without_email_the_usual_channel_is_asked_for():
    faults = check(channels={"chat": {}, "phone": {}}, partners=None)
    assert list(faults) == ["default.channel"]


def test_stop_levels_of_the_shop_lie_below_the_start_too():
    faults = check(pressure={"expected_wait": {"start": "3m", "stop": "4m"}})
    assert faults == {"pressure.expected_wait.stop": ["is above `start`"]}


@pytest.mark.parametrize(
    "value", ["hunter2", "env:", "env:A B", "file:relative", "ENV:A", "", 7, None, {}, ["hunter2"]]
)
def test_a_secret_that_is_no_reference_is_not_repeated(value):
    desk = shop()["helpdesk"] | {"secrets": {"webhook": value}}
    faults = check(helpdesk=desk)
    assert [path for path in faults if path.startswith("helpdesk.secrets.webhook")]
    assert "hunter2" not in str(faults)


def test_too_many_secrets_at_once_are_a_fault():
    desk = shop()["helpdesk"] | {"secrets": {"webhook": ["env:A"] * 5}}
    assert check(helpdesk=desk)["helpdesk.secrets.webhook"] == ["must have 1 to 4 entries"]


def test_a_document_for_another_shop_is_a_fault():
    assert policies.check(shop(), "candles") == {"shop": ["is another one than candles"]}
    assert policies.check(shop(shop=None), "candles") == {}
    assert policies.check(shop(shop=None)) == {"shop": ["is missing"]}


def test_a_shop_in_an_address_is_named_like_one_in_a_document():
    for name in ("Candles", "can dles", "candles.x", ""):
        assert "must be a name" in policies.check(shop(shop=None), name)["shop"][0]


def test_every_fault_is_reported_at_once():
    document = shop(
        mode="lives",
        channels={
            "chat": {"target": "soon"},
            "email": {"pressure": {"backlog": {"start": 1, "stop": 2}}},
        },
        partners=[partner(price=None), partner(name="other", capacity={"chatt": 1})],
        unknown=1,
    )
    with pytest.raises(Invalid) as caught:
        policies.build(document)
    assert set(caught.value.faults) == {
        "mode",
        "channels.chat.target.time",
        "channels.email.pressure.backlog.stop",
        "partners.0.price",
        "partners.1.group",
        "partners.1.capacity.chatt",
        "unknown",
    }


def test_a_flood_of_unknown_fields_is_cut_short():
    faults = check(**{f"modus{i}": 1 for i in range(30_000)})
    assert len(faults) == 21
    assert faults[""] == ["has 29980 more fields that are none here"]


@pytest.mark.parametrize(
    ("connector", "is_missing"), [("standard", True), ("rt", False), ("nobodys", False)]
)
def test_home_has_a_group_where_a_ticket_may_have_none(connector, is_missing):
    desk = shop()["helpdesk"] | {"connector": connector}
    faults = check(helpdesk=desk, inhouse=home(group=None))
    assert ("inhouse.group" in faults) is is_missing


def test_home_needs_no_group_where_nothing_leaves_it():
    assert check(partners=[], inhouse=home(group=None)) == {}
