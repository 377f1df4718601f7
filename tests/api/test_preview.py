"""The dry run by HTTP: the journal's own words, and nothing written."""

import pytest

from overflow.api.moments import epoch, iso

WHERE = "/v1/shops/lamps/decisions/preview"
CHAT = {"channel": "chat", "language": "de"}


def state(client):
    """All that the store holds of the shop."""
    names = sorted(client.keys("*{lamps}*"))
    return {name: client.dump(name) for name in names}


def test_it_says_what_the_journal_would_hold_and_writes_nothing(arrive, shopkeeper, store_client):
    for i in range(2):
        arrive(f"t{i}")
    before = state(store_client)
    told = shopkeeper("POST", WHERE, {"ticket": CHAT})
    assert told.status_code == 200, told.text
    assert state(store_client) == before

    made = arrive("t2")["decision"]
    journal = shopkeeper("GET", made["trace"]).json

    same = ("outcome", "team", "reason", "headline", "queue", "cause", "holder")
    assert {name: told.json[name] for name in same} == {name: journal[name] for name in same}
    assert set(journal) - set(told.json) == {"id", "along"}
    assert told.json["teams"][0]["tests"] == journal["teams"][0]["tests"]


def test_a_situation_is_laid_over_that_of_now(shopkeeper):
    queue = {"queue": "chat.de", "teams": [{"team": "inhouse", "waiting": 4}]}
    told = shopkeeper("POST", WHERE, {"ticket": CHAT, "situation": {"queues": [queue]}}).json

    assert (told["outcome"], told["team"], told["reason"]) == ("overflow", "daytime", "backlog")
    assert told["measures"]["backlog"]["value"] == 4


def test_what_reading_the_situation_answers_can_be_given_back(arrive, shopkeeper):
    for i in range(3):
        arrive(f"t{i}")
    situation = shopkeeper("GET", "/v1/shops/lamps/situation").json

    told = shopkeeper("POST", WHERE, {"ticket": CHAT, "situation": situation})

    assert told.status_code == 200, told.text
    assert told.json["at"] == situation["at"]
    assert told.json["outcome"] == "overflow"


@pytest.mark.parametrize(
    ("partner", "team", "failed"),
    [
        ({"is_paused": True}, "nightowl", "switched_off"),
        ({"is_open": False}, "nightowl", "closed"),
        ({"channels": [{"channel": "chat", "held": 5}]}, "nightowl", "full"),
        ({"channels": [{"channel": "chat", "capacity": 0}]}, "nightowl", "full"),
        ({"today": 3}, "daytime", None),
    ],
)
def test_partners_can_be_supposed_to_be_otherwise(shopkeeper, partner, team, failed):
    situation = {
        "queues": [{"queue": "chat.de", "teams": [{"team": "inhouse", "waiting": 9}]}],
        "partners": [{"partner": "daytime", **partner}],
    }
    told = shopkeeper("POST", WHERE, {"ticket": CHAT, "situation": situation}).json

    assert told["team"] == team
    (daytime,) = [each for each in told["teams"] if each["team"] == "daytime"]
    assert daytime["failed"] == ([failed] if failed else [])


def test_home_can_be_supposed_to_be_closed_or_to_have_more_agents(shopkeeper):
    closed = shopkeeper("POST", WHERE, {"ticket": CHAT, "situation": {"is_open": False}}).json
    assert closed["reason"] == "closed"

    many = shopkeeper("POST", WHERE, {"ticket": CHAT, "situation": {"agents": 40}}).json
    assert many["line"]["agents"] == 40


def test_another_time_finds_inputs_as_old_as_they_are_now(arrive, shopkeeper, services):
    arrive("t0")
    tomorrow = iso(services.clock.now() + 86_400)

    told = shopkeeper("POST", WHERE, {"ticket": CHAT, "at": tomorrow}).json

    assert told["at"] == tomorrow
    (helpdesk,) = [each for each in told["inputs"] if each["name"] == "helpdesk"]
    assert helpdesk["effect"] == "fresh"
    assert epoch(told["due"]) - epoch(told["at"]) == pytest.approx(3600, abs=0.01)


@pytest.mark.parametrize(
    ("ticket", "outcome", "reason"),
    [
        ({"tags": ["to-partner"]}, "overflow", "pinned_partner"),
        ({"tags": ["keep-here"]}, "keep", "pinned_home"),
        ({"cause": "late"}, "keep", "held"),
        ({"team": "daytime"}, "accept", "held"),
        ({"group": "Partner Day"}, "accept", "held"),
        ({"team": "daytime", "cause": "returned", "refused_by": ["daytime"]}, "returned", None),
        ({"cause": "reopened", "handled_by": "daytime"}, "overflow", "reopened"),
        ({"language": "fr"}, "keep", "language"),
        ({"language": "en-GB"}, "overflow", "language"),
    ],
)
def test_a_ticket_can_be_anything_that_tickets_are(shopkeeper, ticket, outcome, reason):
    told = shopkeeper("POST", WHERE, {"ticket": CHAT | ticket}).json

    assert told["outcome"] == outcome, told
    assert told["reason"] == (reason or told["reason"])


def test_all_faults_are_told_at_once_by_path(shopkeeper):
    body = {
        "ticket": {"channel": "no such!", "cause": "why", "moves": {"out": -1}, "colour": 1},
        "situation": {"agents": -1, "queues": [{"queue": "x y"}], "weather": "fair"},
        "at": "noon",
    }
    told = shopkeeper("POST", WHERE, body)

    assert told.status_code == 422
    assert set(told.json["faults"]) == {
        "ticket.channel",
        "ticket.cause",
        "ticket.moves.out",
        "ticket.colour",
        "situation.agents",
        "situation.queues.0.queue",
        "situation.weather",
        "at",
    }


def test_what_the_policy_does_not_know_is_a_fault_too(shopkeeper):
    ticket = {"team": "nobody", "due_at": "2031-01-01T00:00:00Z"}
    told = shopkeeper("POST", WHERE, {"ticket": CHAT | ticket})
    assert set(told.json["faults"]) == {"ticket.team", "ticket.due_at"}

    rooms = [{"channel": "chat", "capacity": 6}]
    over = {"partners": [{"partner": "daytime", "channels": rooms}]}
    told = shopkeeper("POST", WHERE, {"ticket": CHAT, "situation": over})
    assert told.json["faults"] == {
        "situation.partners.0.channels.0.capacity": ["is above the contract's 5"]
    }


def test_a_partner_may_not_ask(partner, anyone):
    assert partner("POST", WHERE, {"ticket": CHAT}).status_code == 403
    assert anyone("POST", WHERE, {"ticket": CHAT}).status_code == 401
