"""The peak's plan, and the comparison at its end."""

from overflow import policies
from overflow.demo import agreement, shop
from overflow.demo.desks import Note, Seen
from overflow.demo.peak import ENDS, FIRST, OPENS, PHASES, peak


def test_the_same_seed_gives_the_same_peak_and_another_one_another():
    assert peak(60, 300, 7) == peak(60, 300, 7)
    assert peak(60, 300, 7) != peak(60, 300, 8)


def test_customers_come_in_order_and_leave_time_to_answer_the_last():
    arrivals = peak(60, 300, 1).arrivals
    times = [arrival.at for arrival in arrivals]
    assert len(arrivals) == 300
    assert times == sorted(times)
    assert times[-1] <= ENDS * 60


def test_whoever_comes_first_finds_the_shop_closed():
    for seed in range(20):
        first = peak(60, 40, seed).arrivals[: len(FIRST)]
        assert [(a.channel, a.language) for a in first] == list(FIRST)
        assert first[0].at < OPENS * 60


def test_one_ticket_is_a_peak_too():
    assert len(peak(5, 1, 1).arrivals) == 1


def test_most_is_asked_in_the_peak():
    plan = peak(60, 2000, 1)
    begins = dict(map(reversed, plan.phases()))
    peak_lasts = begins["the peak"], begins["the peak is over"]
    there = sum(peak_lasts[0] <= arrival.at < peak_lasts[1] for arrival in plan.arrivals)
    assert there > 1000
    assert list(begins) == [phase.title for phase in PHASES]


def test_the_shop_has_a_policy_without_faults_at_any_size():
    options = {"url": "http://127.0.0.1:9/api"}
    helpdesk = {"connector": "standard", "options": options, "secrets": {"webhook": ["env:X"]}}
    for speed in (0.01, 0.2, 1.0, 40.0):
        built = policies.build(shop.policy(helpdesk, {}, speed), shop.SHOP)
        assert set(built.channels) == set(shop.HANDLE_TIME)
        assert {partner.group for partner in built.partners} < set(shop.GROUPS.values())


SEEN = Seen(
    id="7",
    channel="chat",
    language="de",
    status="open",
    group="Partner Day",
    assignee="",
    is_answered=False,
    tags=frozenset({"overflow"}),
    notes=(Note("r1", 12.5),),
)
TOLD = {
    "id": "7",
    "status": "open",
    "team": "daytime",
    "assignee": None,
    "answered_at": None,
    "is_in_step": True,
    "reason": "backlog",
}


def found(seen=SEEN, **told):
    return [what for _, what in agreement.differences([seen], {"7": {**TOLD, **told}})]


def test_two_sides_that_say_the_same_agree():
    assert found() == []


def test_every_difference_is_named():
    assert found(status="solved") == ["status: open in the helpdesk, solved in the service"]
    assert "group: Partner Day in the helpdesk, Service in the service" in found(team="inhouse")
    assert found(assignee="agent-1") == ["assignee: none in the helpdesk, agent-1 in the service"]
    assert found(is_in_step=False) == ["the service has something left to write"]
    assert found(SEEN._replace(tags=frozenset())) == [
        "tag: none in the helpdesk, True in the service"
    ]
    assert found(SEEN._replace(is_answered=True)) == [
        "answered: True in the helpdesk, none in the service"
    ]
    assert found(SEEN._replace(notes=SEEN.notes * 2)) == ["a note was posted twice"]
    assert found(SEEN._replace(notes=())) == ["no note says why it was handed over"]


def test_what_only_one_side_knows_is_named():
    told = {"7": None, "8": TOLD | {"id": "8"}}
    assert agreement.differences([SEEN], told) == [
        ("7", "unknown to the service"),
        ("8", "unknown to the helpdesk"),
    ]


def test_how_long_a_move_takes_is_told_where_it_is_plain():
    move = {"ticket": "7", "at": "1970-01-01T00:00:10Z", "team": "daytime", "holder": "inhouse"}
    assert agreement.delays([SEEN], [move]) == [2.5]
    assert agreement.delays([SEEN], [move, move]) == []
    assert agreement.delays([SEEN], [move | {"holder": "daytime"}]) == []
