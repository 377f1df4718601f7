"""A request under an Idempotency-Key is worked on once and answered the same every time."""

import pytest

from overflow.store import keys
from overflow.store.requests import Answered, Begun, InProgress, OtherBody, Requests
from tests.store.builders import SHOP


@pytest.fixture
def requests(store_client):
    return Requests(store_client)


def test_the_first_request_has_its_turn_and_the_same_one_waits(requests):
    assert isinstance(requests.begin(SHOP, "k", "abc", b"1"), Begun)
    assert requests.begin(SHOP, "k", "abc", b"1") == InProgress()
    assert requests.begin(SHOP, "k", "abc", b"2") == OtherBody()


def test_keys_are_scoped_to_shop_and_owner(requests):
    assert isinstance(requests.begin(SHOP, "k", "abc", b"1"), Begun)
    assert isinstance(requests.begin(SHOP, "other", "abc", b"1"), Begun)
    assert isinstance(requests.begin("hats", "k", "abc", b"1"), Begun)


def test_a_finished_request_is_answered_as_before(requests):
    begun = requests.begin(SHOP, "k", "abc", b"1")

    assert requests.finish(SHOP, begun, b"done")
    assert requests.begin(SHOP, "k", "abc", b"1") == Answered(b"done")
    assert requests.begin(SHOP, "k", "abc", b"2") == OtherBody()


def test_an_abandoned_request_may_be_sent_again_at_once(requests):
    begun = requests.begin(SHOP, "k", "abc", b"1")

    assert requests.abandon(SHOP, begun)
    again = requests.begin(SHOP, "k", "abc", b"1")
    assert isinstance(again, Begun)
    assert not requests.finish(SHOP, begun, b"late")
    assert requests.finish(SHOP, again, b"done")


def test_an_answer_is_not_given_up_for_a_late_failure(requests):
    begun = requests.begin(SHOP, "k", "abc", b"1")
    requests.finish(SHOP, begun, b"done")

    assert not requests.abandon(SHOP, begun)
    assert requests.begin(SHOP, "k", "abc", b"1") == Answered(b"done")


def test_what_is_sent_again_after_a_lost_answer_ends_the_same(requests):
    """The client sends a command again, and the same script has run already."""
    begun = requests.begin(SHOP, "k", "abc", b"1")
    where = keys.idempotency(SHOP, "k", begun.key)
    digest = begun.token.partition(".")[0]

    assert requests._begin([where], [begun.token, digest, 60]) == [1, b""]
    assert requests.finish(SHOP, begun, b"done")
    assert requests.finish(SHOP, begun, b"done")
    assert not requests.finish(SHOP, begun, b"something else")


def test_answers_last_a_day_and_unfinished_turns_a_minute(requests, store_client):
    begun = requests.begin(SHOP, "k", "abc", b"1")
    key = keys.idempotency(SHOP, "k", begun.key)

    assert 0 < store_client.ttl(key) <= 60
    requests.finish(SHOP, begun, b"done")
    assert 86_000 < store_client.ttl(key) <= 86_400


def test_whatever_a_client_sends_as_a_key_is_kept_at_one_length(requests):
    assert len(requests.begin(SHOP, "k", "x" * 10_000, b"").key) == 32
