"""How many tickets each of several drains works on at once."""

from hypothesis import given
from hypothesis import strategies as st

from overflow.flows.drain.shares import Shares


def settled(shares, wishes):
    """What each holds in the end that wants so many, taking turns."""
    held = dict.fromkeys(wishes, 0)
    for _ in range(20):
        for shop, wish in wishes.items():
            held[shop] = min(wish, shares.of(shop, held[shop]))
            shares.of(shop, held[shop])  # as it says at its next look
    return held


def test_who_is_alone_has_all():
    assert Shares(96).of("lamps", 0) == 96


def test_what_others_do_not_use_goes_to_who_can():
    wishes = {"heap": 500, "one": 2, "two": 0, "three": 1}
    assert settled(Shares(96), wishes) == wishes | {"heap": 93}


def test_who_comes_later_gets_an_equal_share():
    shares = Shares(96)
    assert settled(shares, {"first": 500}) == {"first": 96}
    assert settled(shares, {"second": 500, "first": 500}) == {"second": 48, "first": 48}


def test_what_one_has_left_is_the_others():
    shares = Shares(96)
    settled(shares, {"first": 500, "second": 500})
    shares.leave("first")
    assert shares.of("second", 48) == 96


@given(st.lists(st.integers(0, 300), min_size=1, max_size=60), st.integers(1, 100))
def test_together_they_hold_as_many_as_they_may_and_nobody_goes_without(counts, at_once):
    wishes = {f"shop {n}": wish for n, wish in enumerate(counts)}

    held = settled(Shares(at_once), wishes)

    assert sum(held.values()) <= max(at_once, len(wishes))
    assert all(held[shop] >= min(wish, 1) for shop, wish in wishes.items())
    equal = at_once // len(wishes)
    assert all(held[shop] >= min(wish, equal) for shop, wish in wishes.items())
    if sum(wishes.values()) >= at_once:
        assert sum(held.values()) >= min(at_once, sum(wishes.values())) - len(wishes)
