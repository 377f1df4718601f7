"""API keys open what they are scoped to, and the store cannot give one away."""

import pytest

from overflow.errors import Unknown
from overflow.store import keys
from overflow.store.keyring import Keyring
from tests.store.builders import NOW


@pytest.fixture
def keyring(store_client):
    return Keyring(store_client)


def test_a_token_finds_its_key(keyring):
    key, token = keyring.create("partner app", ("partner:shoes:acme",), NOW)

    assert keyring.find(token, NOW) == key
    assert key.scopes == ("partner:shoes:acme",)


def test_the_store_knows_no_secret(keyring, store_client):
    _, token = keyring.create("ops", ("operator",), NOW)
    secret = token.split("_", 2)[2]

    assert len(secret) >= 43
    assert secret.encode() not in store_client.dump(keys.KEYRING)


def test_no_id_of_a_key_breaks_its_token_or_is_taken_for_an_option(keyring):
    for n in range(200):
        key, token = keyring.create(str(n), ("operator",), NOW)
        assert key.id.isalnum()
        assert keyring.find(token, NOW) == key


@pytest.mark.parametrize(
    "wrong", ["", "ovf", "ovf_", "ovf_x_y", "{token}x", "x{token}", "ovf__{token}", "ovf_{id}_"]
)
def test_anything_else_finds_nothing(keyring, wrong):
    key, token = keyring.create("ops", ("operator",), NOW)

    assert keyring.find(wrong.format(token=token, id=key.id), NOW) is None


def test_the_token_of_another_key_does_not_fit(keyring):
    one, _ = keyring.create("one", ("operator",), NOW)
    _, other = keyring.create("two", ("operator",), NOW)

    assert keyring.find(f"ovf_{one.id}_{other.split('_', 2)[2]}", NOW) is None


def test_a_rotated_key_is_good_with_both_tokens_for_a_time(keyring):
    key, old = keyring.create("ops", ("operator",), NOW)
    rotated, new = keyring.rotate(key.id, NOW, keep_for=60)

    assert keyring.find(new, NOW) == keyring.find(old, NOW + 59) == rotated
    assert keyring.find(old, NOW + 60) is None
    assert keyring.find(new, NOW + 60) == rotated


def test_a_revoked_key_is_good_for_nothing_and_still_listed(keyring):
    key, old = keyring.create("ops", ("operator",), NOW)
    _, new = keyring.rotate(key.id, NOW, keep_for=60)
    revoked = keyring.revoke(key.id, NOW + 1)

    assert keyring.find(old, NOW + 1) is keyring.find(new, NOW + 1) is None
    assert keyring.list() == [revoked]
    with pytest.raises(Unknown):
        keyring.rotate(key.id, NOW, keep_for=60)


class Meddled:
    """A client; right after its first look at a key somebody else does something."""

    def __init__(self, client, meanwhile):
        self._client = client
        self._meanwhile = meanwhile

    def __getattr__(self, name):
        return getattr(self._client, name)

    def hget(self, name, key):
        found = self._client.hget(name, key)
        meanwhile, self._meanwhile = self._meanwhile, lambda: None
        meanwhile()
        return found


def test_a_key_that_is_revoked_while_it_is_rotated_stays_revoked(keyring, store_client):
    key, old = keyring.create("ops", ("operator",), NOW)
    meddled = Meddled(store_client, lambda: keyring.revoke(key.id, NOW))

    with pytest.raises(Unknown):
        Keyring(meddled).rotate(key.id, NOW, keep_for=60)
    assert keyring.find(old, NOW) is None
    assert [each.revoked for each in keyring.list()] == [NOW]


def test_a_key_that_is_rotated_while_it_is_revoked_is_revoked(keyring, store_client):
    key, old = keyring.create("ops", ("operator",), NOW)
    tokens = [old]
    meddled = Meddled(
        store_client, lambda: tokens.append(keyring.rotate(key.id, NOW, keep_for=60)[1])
    )

    revoked = Keyring(meddled).revoke(key.id, NOW)

    assert keyring.list() == [revoked]
    assert len(tokens) == 2
    assert not any(keyring.find(token, NOW) for token in tokens)


def test_of_two_rotations_at_once_neither_is_lost(keyring, store_client):
    key, _ = keyring.create("ops", ("operator",), NOW)
    tokens = []
    meddled = Meddled(
        store_client, lambda: tokens.append(keyring.rotate(key.id, NOW, keep_for=60)[1])
    )

    rotated, token = Keyring(meddled).rotate(key.id, NOW, keep_for=60)

    assert keyring.list() == [rotated]
    assert all(keyring.find(each, NOW + 59) == rotated for each in [*tokens, token])


def test_a_key_that_is_not_there_can_be_neither_rotated_nor_revoked(keyring):
    with pytest.raises(Unknown):
        keyring.rotate("nobody", NOW, keep_for=60)
    with pytest.raises(Unknown):
        keyring.revoke("nobody", NOW)


def test_keys_are_listed_oldest_first(keyring):
    made = [keyring.create(str(n), ("operator",), NOW - n)[0] for n in range(3)]

    assert keyring.list() == made[::-1]
