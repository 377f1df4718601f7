"""`overflow keys`: made, listed, rotated, revoked; a token is shown once."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from overflow.cli import main
from overflow.clock import SystemClock
from overflow.policies import build
from overflow.policies.folder import read_file
from overflow.store.keyring import Keyring
from overflow.store.policies import Policies

EXAMPLE = Path(__file__).parents[2] / "deploy" / "examples" / "two-partners.yaml"


@pytest.fixture
def keys(store_url, store_client, monkeypatch):
    monkeypatch.setitem(os.environ, "OVERFLOW_REDIS_URL", store_url)  # noqa: TID251  the settings

    def run(*arguments, status=0):
        done = CliRunner().invoke(main, ["keys", *arguments])
        assert done.exit_code == status, done.output
        return done

    return run


@pytest.fixture
def keyring(store_client):
    return Keyring(store_client)


def found(keyring, token):
    return keyring.find(token, SystemClock().now())


@pytest.mark.parametrize(
    ("options", "scope"),
    [
        (["--operator"], "operator"),
        (["--shop", "lamps"], "shop:lamps"),
        (["--shop", "lamps", "--partner", "daytime"], "partner:lamps:daytime"),
    ],
)
def test_a_key_is_made_and_its_token_alone_stands_on_standard_output(keys, keyring, options, scope):
    token = keys("create", *options).stdout.strip()

    assert found(keyring, token).scopes == (scope,)


def test_a_key_for_a_shop_or_partner_that_is_not_there_is_made_and_says_so(keys, store_client):
    assert "there is no shop lamps yet" in keys("create", "--shop", "lamps").stderr
    document = read_file(EXAMPLE)
    Policies(store_client).put("lamps", document, build(document))

    mistyped = keys("create", "--shop", "lamps", "--partner", "daytme").stderr
    assert "lamps has no partner daytme yet" in mistyped
    for partner in ([], ["--partner", "daytime"]):
        assert "yet" not in keys("create", "--shop", "lamps", *partner).stderr


def test_nothing_of_a_token_is_stored_or_shown_again(keys, store_client):
    token = keys("create", "--operator", "--name", "Ines").stdout.strip()
    secret = token.split("_", 2)[2]

    assert secret not in keys("list").output
    assert secret not in keys("list", "--json").output
    assert secret.encode() not in b"".join(store_client.hvals("overflow:keys"))


def test_keys_are_listed(keys):
    assert "no keys" in keys("list").stderr
    keys("create", "--operator", "--name", "Ines")
    keys("create", "--shop", "lamps")

    first, second = keys("list").stdout.splitlines()

    assert "operator" in first
    assert "Ines" in first
    assert "shop:lamps" in second


def test_a_rotated_key_keeps_its_old_secret_for_a_while(keys, keyring):
    old = json.loads(keys("create", "--operator", "--json").stdout)

    new = json.loads(keys("rotate", old["id"], "--keep", "60", "--json").stdout)

    assert new["token"] != old["token"]
    assert new["previous_until"]
    assert found(keyring, old["token"]).id == found(keyring, new["token"]).id == old["id"]

    keys("rotate", old["id"], "--keep", "0")
    assert found(keyring, old["token"]) is None
    assert found(keyring, new["token"]) is None


def test_a_revoked_key_is_good_for_nothing(keys, keyring):
    made = json.loads(keys("create", "--operator", "--json").stdout)

    assert "revoked" in keys("revoke", made["id"]).stdout

    assert found(keyring, made["token"]) is None
    (listed,) = json.loads(keys("list", "--json").stdout)
    assert listed["revoked"]
    assert "no key" in keys("revoke", made["id"], status=2).stderr


@pytest.mark.parametrize(
    ("options", "faults"),
    [
        ([], ["--operator, --shop: give one of the two"]),
        (["--operator", "--shop", "lamps"], ["--operator, --shop: give one of the two"]),
        (["--operator", "--partner", "p"], ["--partner: needs --shop"]),
        (["--shop", "La mps"], ["--shop: must be up to 32 of a-z, 0-9, - and _, a letter first"]),
        (
            ["--shop", "lamps", "--partner", "a:b"],
            ["--partner: must be up to 32 of a-z, 0-9, - and _, a letter first"],
        ),
    ],
)
def test_every_fault_is_one_line(keys, options, faults):
    assert keys("create", *options, status=2).stderr.splitlines() == faults
