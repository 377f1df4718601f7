"""All processes together stay inside the helpdesk's budget, and leave one alone that is away."""

import heapq
import itertools
import threading
from bisect import bisect_left
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overflow.flows.turnstile import PATIENCE
from overflow.helpdesks.limits import Budget, Told
from overflow.store import keys
from overflow.store.connect import connect
from overflow.store.throttle import Answer, Breaker, Rank, Throttle, Whose

SHOP = Whose("lamps")
BUDGET = Budget(40, 20.0)
RATE = 35 / 20.5
"""Calls a second that leave a call or two to go out at once, and four on credit."""
NOTHING = Told()

on_one_store = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Time:
    """Made, not waited for."""

    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def throttle(store_client, time):
    return Throttle(store_client, time)


names = itertools.count()


def enter(throttle, *, urgent=False, most=3.0, budget=BUDGET, call=None):
    """``urgent`` may be a rank, too."""
    call = call or f"call {next(names):09}"
    rank = Rank(urgent)
    return throttle.enter(SHOP, budget, rank=rank, most=most, call=call)


def play(throttle, time, calls, *, budget=BUDGET, most=3.0):
    """When each of the calls (second, urgent) went out; those that would wait too long do not."""
    began = time.now
    coming = [(began + at, f"{n:09}", urgent, most) for n, (at, urgent) in enumerate(sorted(calls))]
    heapq.heapify(coming)
    sent = []
    while coming:
        time.now, call, urgent, left = heapq.heappop(coming)
        asked = enter(throttle, urgent=urgent, most=left, budget=budget, call=call)
        if asked.answer is Answer.GO:
            sent.append((time.now - began, urgent))
        elif asked.answer is Answer.WAIT:
            again = (time.now + asked.wait, call, urgent, left - asked.wait)
            heapq.heappush(coming, again)
    return sent


def most_within(times, seconds):
    """The most of the moments that any stretch of so many seconds has."""
    times = sorted(times)
    return max(
        (bisect_left(times, at + seconds) - n for n, at in enumerate(times)),
        default=0,
    )


def flood(urgent, seconds, rate=4):
    """More than twice as many as the budget has."""
    return [(n / rate, urgent) for n in range(int(seconds * rate))]


class TestTheBudget:
    @on_one_store
    @given(
        budget=st.builds(Budget, st.integers(1, 60), st.floats(1.0, 60.0)),
        calls=st.lists(st.tuples(st.floats(0.0, 90.0), st.sampled_from(Rank)), max_size=120),
        most=st.sampled_from([0.0, 3.0, 60.0]),
        slips=st.lists(st.floats(0.0, 0.5), min_size=120, max_size=120),
    )
    def test_no_stretch_of_time_ever_has_more(
        self, store_client, throttle, time, budget, calls, most, slips
    ):
        store_client.flushall()
        sent = play(throttle, time, calls, budget=budget, most=most)

        arrived = [at + slip for (at, _), slip in zip(sent, slips, strict=False)]
        assert most_within(arrived, budget.seconds) <= budget.calls

    @on_one_store
    @given(
        size=st.integers(4, 60),
        calls=st.lists(st.tuples(st.floats(0.0, 60.0), st.sampled_from(Rank)), max_size=100),
    )
    def test_a_leaky_bucket_never_flows_over(self, store_client, throttle, time, size, calls):
        store_client.flushall()
        budget, held, last = Budget(size, 20.0, is_leaky=True), 0.0, 0.0

        for at, _ in play(throttle, time, calls, budget=budget):
            held, last = max(0.0, held - (at - last) * size / 20.0) + 1, at
            assert held <= size

    def test_several_processes_share_one(self, store_url, store_client, time):
        """In made time: the store's goes on meanwhile, and may bring more."""
        budget, sent = Budget(16, 1.0), []

        def process():
            throttle = Throttle(client := connect(store_url), time)
            sent.extend(enter(throttle, budget=budget, most=0.0).answer for _ in range(40))
            client.close()

        processes = [threading.Thread(target=process) for _ in range(4)]
        for each in processes:
            each.start()
        for each in processes:
            each.join()
        assert 1 <= sent.count(Answer.GO) <= budget.calls

    def test_little_of_it_is_left_unused_while_there_is_much_to_do(self, throttle, time):
        sent = play(throttle, time, flood(urgent=False, seconds=40))

        assert len(sent) >= 0.85 * 40 * BUDGET.calls / BUDGET.seconds

    def test_who_cannot_wait_so_long_hears_how_long_it_would_be(self, throttle):
        answers = [enter(throttle, most=3.0) for _ in range(40)]

        refused = [asked for asked in answers if asked.answer is Answer.NO]
        assert refused
        assert all(asked.wait > 3.0 for asked in refused)

    def test_those_in_line_go_one_after_the_other(self, throttle):
        waits = [enter(throttle, most=30.0).wait for _ in range(12)][1:]
        gaps = [later - sooner for sooner, later in itertools.pairwise(waits)]

        assert gaps == pytest.approx([1 / RATE] * 10, abs=0.01)

    def test_those_who_were_killed_in_line_hold_up_the_others_for_seconds(self, throttle, time):
        for _ in range(12):
            enter(throttle, most=30.0)
        time.now += PATIENCE + 2.5

        assert enter(throttle).answer is Answer.GO


class TestWhatSomebodyWaitsFor:
    @on_one_store
    @given(st.lists(st.floats(5 / RATE, 9.0), min_size=1, max_size=3))
    def test_a_fifth_is_always_left_for_it(self, store_client, throttle, time, gaps):
        store_client.flushall()
        urgent = list(itertools.accumulate(gaps))
        calls = [(at, True) for at in urgent] + flood(urgent=False, seconds=urgent[-1] + 5)

        sent = [at for at, is_urgent in play(throttle, time, calls) if is_urgent]

        assert sent == pytest.approx(urgent), "none had to wait"

    def test_it_goes_before_all_others(self, throttle, time):
        both = flood(urgent=True, seconds=30) + flood(urgent=False, seconds=30)
        went = Counter(urgent for _, urgent in play(throttle, time, both))

        assert went[True] > 2 * went[False]

    def test_neither_waits_long_where_both_always_want_more(self, throttle, time):
        """Some threads each, which ask again as soon as a call went out."""
        end, calls, went = time.now + 40.0, itertools.count(10), Counter()
        coming = [(time.now, n, n < 4, 8.0) for n in range(6)]
        while coming[0][0] < end:
            time.now, n, urgent, left = heapq.heappop(coming)
            asked = enter(throttle, urgent=urgent, most=left, call=f"{n:09}")
            assert asked.answer is not Answer.NO
            again = time.now + asked.wait, n, urgent, left - asked.wait
            if asked.answer is Answer.GO:
                went[urgent] += 1
                again = time.now, next(calls), urgent, 8.0
            heapq.heappush(coming, again)

        assert went[True] > went[False] > went.total() / 8
        assert went.total() > 0.85 * 40 * RATE

    def test_it_does_not_starve_the_others(self, throttle, time):
        both = flood(urgent=True, seconds=40) + flood(urgent=False, seconds=40)
        went = [urgent for _, urgent in play(throttle, time, both)]

        assert went.count(False) >= len(went) / 8


class TestWhatMovesATicket:
    def test_it_goes_at_once_though_all_is_used_up_and_others_wait(self, throttle):
        for urgent in (False, True):
            for _ in range(8):
                enter(throttle, urgent=urgent, most=60.0)

        moves = [enter(throttle, urgent=Rank.MOVE, most=0.0).answer for _ in range(6)]
        assert moves.count(Answer.GO) == 4

    def test_what_is_owed_is_paid_back_before_another_goes(self, throttle, time):
        while enter(throttle, urgent=Rank.MOVE, most=0.0).answer is Answer.GO:
            pass
        time.now += 4.9 / RATE
        assert enter(throttle, urgent=True, most=0.0).answer is Answer.NO
        time.now += 0.2 / RATE
        assert enter(throttle, urgent=True, most=0.0).answer is Answer.GO

    def test_those_that_wait_go_before_all_others(self, throttle, time):
        sent = play(throttle, time, [(n / 4, Rank(n % 3)) for n in range(80)], most=8.0)
        went = Counter(rank for _, rank in sent)

        assert went[Rank.MOVE] > 24
        assert went[Rank.MOVE] > went[Rank.URGENT] > went[Rank.LATER]


class TestTooManyRequests:
    def limited(self, throttle, seconds=2.0):
        throttle.left(SHOP, BUDGET, "limited", NOTHING, seconds)

    def rate(self, throttle):
        return throttle.state(SHOP, BUDGET).rate

    def test_nothing_goes_out_before_its_time_and_then_half_as_much(self, throttle, time):
        whole = self.rate(throttle)
        self.limited(throttle)

        assert enter(throttle, urgent=True, most=1.0).answer is Answer.NO
        asked = enter(throttle, urgent=True, most=3.0)
        assert (asked.answer, asked.wait) == (Answer.WAIT, 2.0)
        time.now += 2.0
        assert self.rate(throttle) == pytest.approx(whole / 2, abs=0.001)
        sent = play(throttle, time, flood(urgent=True, seconds=20))
        assert 0.4 < sum(at < BUDGET.seconds for at, _ in sent) / BUDGET.calls < 0.6

    def test_many_at_once_halve_it_once(self, throttle, time):
        whole = self.rate(throttle)
        for _ in range(48):
            self.limited(throttle)

        assert self.rate(throttle) == pytest.approx(whole / 2, abs=0.001)

    def test_one_upon_the_other_leave_a_sixteenth(self, throttle, time):
        whole = self.rate(throttle)
        for _ in range(20):
            self.limited(throttle)
            time.now += 2.0

        assert self.rate(throttle) == pytest.approx(whole / 16, rel=0.05)

    def test_a_tenth_of_the_budget_comes_back_in_each_of_its_stretches(self, throttle, time):
        whole = self.rate(throttle)
        self.limited(throttle)
        time.now += 2.0
        rates = []
        for _ in range(7):
            rates.append(round(self.rate(throttle) / whole, 2))
            time.now += BUDGET.seconds

        assert rates == [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0]

    def test_where_no_budget_is_known_it_teaches_one_for_a_while(self, throttle, time):
        for _ in range(60):
            time.now += 1.0
            throttle.enter(SHOP, None, rank=Rank.LATER, most=0.0, count=10)
        throttle.left(SHOP, None, "limited", NOTHING, 1.0)
        time.now += 1.0

        state = throttle.state(SHOP, None)
        assert 2.0 < state.rate < 4.0, "ten a second were too many"
        time.now += 16 * 60.0
        assert throttle.state(SHOP, None).rate is None

    @pytest.mark.parametrize("many", [1, 3, 20])
    def test_a_bad_moment_costs_a_few_minutes_where_no_budget_is_known(self, throttle, time, many):
        for _ in range(many):
            throttle.left(SHOP, None, "limited", NOTHING, 2.0)
            time.now += 2.0
        rates = [throttle.state(SHOP, None).rate]
        while rates[-1] is not None:
            time.now += 60.0
            rates.append(throttle.state(SHOP, None).rate)

        assert len(rates) <= 6
        before, after = rates[:-2], rates[1:-1]
        assert after == pytest.approx([2 * rate for rate in before], rel=0.05)

    @pytest.mark.parametrize(("true", "rest"), [(60, 1.0), (60, 30.0), (240, 10.0)])
    def test_a_limit_that_nobody_knows_is_found_and_used(self, throttle, time, true, rest):
        end, sent, refused = time.now + 600.0, [], 0
        while time.now < end:
            asked = throttle.enter(SHOP, None, rank=Rank.LATER, most=60.0, call="the next")
            if asked.answer is not Answer.GO:
                time.now += max(asked.wait, 0.01)
                continue
            is_over = len(sent) - bisect_left(sent, time.now - 60.0) >= true
            outcome = "limited" if is_over else "ok"
            throttle.left(SHOP, None, outcome, NOTHING, rest if is_over else None)
            refused += is_over
            sent += [] if is_over else [time.now]
            time.now += 0.05

        assert refused <= 12, "not much more than once a minute"
        assert len(sent) > 0.4 * true * 10


class TestWhatTheHelpdeskSays:
    def told(self, throttle, budget=BUDGET, **told):
        throttle.left(SHOP, budget, "ok", Told(**told))
        return throttle.state(SHOP, budget)

    def test_its_limit_takes_the_place_of_the_published_one(self, throttle):
        enter(throttle)
        assert self.told(throttle, limit=120).budget == 120
        assert [enter(throttle, most=0.0).answer for _ in range(4)].count(Answer.GO) == 3
        assert self.told(throttle, limit=20).budget == 20

    def test_the_shop_s_own_limit_is_never_raised(self, throttle):
        own = Budget(40, 20.0, is_firm=True)

        assert self.told(throttle, own, limit=80).budget == 40
        assert self.told(throttle, own, limit=20).budget == 20

    def test_what_others_left_has_to_do_until_all_is_there_again(self, throttle, time):
        enter(throttle)
        state = self.told(throttle, limit=40, remaining=4, reset=10.0)
        assert (state.remaining, state.rate) == (4, 0.4)
        sent = play(throttle, time, flood(urgent=True, seconds=9))
        assert len(sent) <= 4 + 4

        time.now += 10.0
        assert throttle.state(SHOP, BUDGET).rate > 1.0

    def test_nothing_left_is_a_rest(self, throttle):
        assert self.told(throttle, remaining=0, reset=7.0).rest == 7.0

    def test_a_call_that_counts_as_several_takes_as_many(self, throttle):
        enter(throttle)
        self.told(throttle, cost=2)

        assert enter(throttle, urgent=True, most=0.0).answer is Answer.NO


class TestTheBreaker:
    def fail(self, throttle, times=1, budget=None):
        for _ in range(times):
            throttle.left(SHOP, budget, "failed", NOTHING)
        return throttle.state(SHOP, budget)

    def works(self, throttle):
        throttle.left(SHOP, None, "ok", NOTHING)
        return throttle.state(SHOP, None)

    def enter(self, throttle):
        return enter(throttle, urgent=True, budget=None)

    def test_failures_in_a_row_open_it_for_all(self, throttle):
        assert self.fail(throttle, 11).breaker is Breaker.CLOSED
        assert self.works(throttle).failures == 0
        assert self.fail(throttle, 11).breaker is Breaker.CLOSED
        state = self.fail(throttle)
        assert (state.breaker, state.rest) == (Breaker.OPEN, 3.0)
        assert self.enter(throttle).answer is Answer.NO

    def test_half_open_it_lets_exactly_one_through(self, throttle, time):
        self.fail(throttle, 12)
        time.now += 3.0
        answers = []
        asking = [
            threading.Thread(target=lambda: answers.append(self.enter(throttle).answer))
            for _ in range(16)
        ]
        for each in asking:
            each.start()
        for each in asking:
            each.join()

        assert Counter(answers) == {Answer.GO: 1, Answer.NO: 15}

    def test_a_probe_that_fails_opens_it_for_twice_as_long_up_to_half_a_minute(
        self, throttle, time
    ):
        state = self.fail(throttle, 12)
        rests = []
        for _ in range(6):
            rests.append(state.rest)
            time.now += state.rest
            assert self.enter(throttle).answer is Answer.GO
            state = self.fail(throttle)

        assert rests == [3.0, 6.0, 12.0, 24.0, 30.0, 30.0]

    def test_those_that_were_under_way_when_it_opened_change_nothing(self, throttle):
        self.fail(throttle, 12)

        assert self.fail(throttle, 36).rest == 3.0

    def test_a_probe_that_works_closes_it_and_the_next_seconds_see_ever_more(self, throttle, time):
        self.fail(throttle, 12)
        time.now += 3.0
        self.enter(throttle)
        assert self.works(throttle).breaker is Breaker.CLOSED

        asked = [(n / 20, False) for n in range(20 * 11)]
        seconds = Counter(int(at) for at, _ in play(throttle, time, asked, budget=None))
        assert seconds[0] <= 2
        assert all(seconds[n] <= 2 ** (n + 1) for n in range(5))
        assert seconds[10] == 20
        assert throttle.state(SHOP, None).is_calm

    def test_a_probe_of_which_nobody_hears_again_is_followed_by_another(self, throttle, time):
        self.fail(throttle, 12)
        time.now += 3.0
        self.enter(throttle)
        time.now += 29.0
        assert self.enter(throttle).answer is Answer.NO
        time.now += 2.0
        assert self.enter(throttle).answer is Answer.GO

    def test_a_429_is_an_answer(self, throttle, time):
        self.fail(throttle, 12)
        time.now += 3.0
        self.enter(throttle)
        throttle.left(SHOP, None, "limited", NOTHING, 1.0)

        assert throttle.state(SHOP, None).breaker is Breaker.CLOSED


def test_looking_changes_nothing(throttle, store_client):
    throttle.state(SHOP, BUDGET)

    assert not store_client.exists(keys.throttle(*SHOP), keys.totals(SHOP.shop))


def test_what_became_of_calls_is_counted(throttle, time, store_client):
    play(throttle, time, [(0.0, False)] * 8, most=1.0)
    throttle.left(SHOP, BUDGET, "limited", NOTHING)

    counts = {n.decode(): int(v) for n, v in store_client.hgetall(keys.totals(SHOP.shop)).items()}
    assert counts == {"calls/sent": 1, "calls/waited": 1, "calls/held": 6, "calls/limited": 1}
