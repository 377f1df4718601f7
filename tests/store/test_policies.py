"""Policies are numbered, and what they limit is limited at once."""

import pytest

from overflow.core.model import Mode
from overflow.errors import BadInput, Conflict
from overflow.store import keys
from overflow.store.situations import Situations
from tests.store.builders import NOW, SHOP, a_partner, a_policy


def test_versions_count_up_and_stay_readable(policies):
    assert policies.put(SHOP, {"n": 1}, a_policy()) == 1
    assert policies.put(SHOP, {"n": 2}, a_policy()) == 2

    assert policies.get(SHOP) == (2, {"n": 2})
    assert policies.get(SHOP, 1) == (1, {"n": 1})
    assert policies.get(SHOP, 3) is None
    assert policies.versions(SHOP) == [1, 2]


def test_a_version_made_from_another_one_is_refused(policies):
    policies.put(SHOP, {"n": 1}, a_policy(), expected_version=0)

    with pytest.raises(Conflict) as refused:
        policies.put(SHOP, {"n": 2}, a_policy(), expected_version=0)

    assert (refused.value.status, refused.value.facts) == (412, {"version": 1})
    assert policies.get(SHOP) == (1, {"n": 1})


def test_a_policy_sent_again_after_a_lost_answer_is_stored_once(policies):
    assert policies.put(SHOP, {"n": 1}, a_policy(), expected_version=0) == 1
    assert policies.put(SHOP, {"n": 1}, a_policy(), expected_version=0) == 1

    assert policies.versions(SHOP) == [1]


def test_the_first_policy_makes_the_shop(policies):
    with pytest.raises(Conflict):
        policies.put("hats", {}, a_policy(), expected_version=4)
    policies.put(SHOP, {}, a_policy())

    assert policies.shops() == [SHOP]
    assert policies.get("hats") is None
    assert policies.versions("hats") == []


def test_a_shop_needs_a_name_that_keys_can_carry(policies):
    with pytest.raises(BadInput):
        policies.put("a}b", {}, a_policy())


def test_the_limits_of_a_policy_replace_those_of_the_one_before(policies, store_client):
    first = a_policy(a_partner("acme", {"email": 2}, total=5, day=9), a_partner("bob"))
    policies.put(SHOP, {}, first)
    policies.put(SHOP, {}, a_policy(a_partner("acme", {"chat": 1})))

    fields = store_client.hgetall(keys.situation(SHOP))

    assert {f: n for f, n in fields.items() if f.startswith(b"c:")} == {b"c:acme:chat": b"1"}


def test_every_change_of_mode_begins_another_run_of_observing(policies, store_client):
    situations = Situations(store_client)
    epochs = []
    for mode in (Mode.OBSERVE, Mode.OBSERVE, Mode.LIVE, Mode.OBSERVE):
        policies.put(SHOP, {}, a_policy(mode=mode))
        epochs.append(situations.get(SHOP, NOW).epoch)

    assert epochs == [1, 1, 2, 3]
