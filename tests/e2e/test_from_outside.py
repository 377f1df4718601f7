"""A running service as those see it who watch it, call it and change its secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
import yaml

from overflow.clock import SystemClock, new_id
from overflow.helpdesks.signatures import sign_standard
from tests.e2e.eventually import eventually
from tests.e2e.sandbox_world import SECRET, SandboxWorld, sandbox_world
from tests.e2e.shop import SHOP, Routed, document, routed

pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(240)]
OTHER = "whsec_" + "b3RoZXIgc2VjcmV0IG9mIHRoaXMgc2hvcC4="
NO_TICKET = b'{"type": "agent.created", "data": {}}'


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """The file that holds the secret of today."""
    file = tmp_path_factory.mktemp("secrets") / "webhook"
    file.write_text(SECRET)
    return file


@pytest.fixture(scope="module")
def world(old) -> Iterator[SandboxWorld]:
    with sandbox_world() as found:
        found.helpdesk = with_secrets(found, f"file:{old}")
        yield found


@pytest.fixture(scope="module")
def shop(world) -> Iterator[Routed]:
    with routed(world) as found:
        yield found


def with_secrets(world: SandboxWorld, *references: str) -> dict[str, object]:
    """The policy's section; what is sent out is signed as ever."""
    secrets = {"webhook": list(references), "outward": ["env:SANDBOX_WEBHOOK"]}
    return {**world.helpdesk, "secrets": secrets}


def apply(shop: Routed, *references: str) -> None:
    shop.world.helpdesk = with_secrets(shop.world, *references)
    file = shop.service.home / "next.yaml"
    text = yaml.safe_dump({"shop": SHOP, **document(shop.world)}, sort_keys=False)
    file.write_text(text)
    shop.service.run("policy", "apply", str(file))


def post(shop: Routed, secret: str, **headers: str) -> httpx.Response:
    """A webhook that says nothing about a ticket, signed with that secret."""
    signed = sign_standard((secret,), new_id(), SystemClock().now(), NO_TICKET)
    signed["content-type"] = "application/json"
    signed |= {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(shop.webhook_url, content=NO_TICKET, headers=signed, timeout=10)


def is_taken(shop: Routed, secret: str) -> bool:
    return post(shop, secret).status_code == httpx.codes.NO_CONTENT


def test_anybody_sees_whether_it_is_well_and_only_the_operator_which_shops_there_are(shop):
    operator = shop.service.client("--operator")
    ticket = shop.arrives()
    assert shop.holder(ticket)

    seen = httpx.get(f"{shop.service.base}/healthz", timeout=10)
    told = operator.get("/healthz")

    assert (seen.status_code, seen.json()["status"]) == (200, "ok")
    assert seen.json()["totals"]["shops"] == 1
    assert SHOP not in seen.text
    assert told["shops"][SHOP]["is_imported"]
    assert [worker["is_alive"] for worker in told["workers"]] == [True]
    operator.close()


def test_a_call_s_id_comes_back_and_stands_in_the_log(shop):
    name = f"call-{new_id(6)}"

    answer = post(shop, SECRET, X_Request_Id=name)

    assert answer.headers["X-Request-Id"] == name

    def logged() -> list[int]:
        lines = [line for line in shop.service.log().splitlines() if name in line]
        return [json.loads(line)["status"] for line in lines]

    assert eventually("it is logged", logged) == [204]
    refused = post(shop, OTHER, X_Request_Id=name)
    assert (refused.status_code, refused.json()["request_id"]) == (401, name)


def test_a_webhook_s_secret_is_replaced_while_the_shop_runs(shop, old, tmp_path):
    new = tmp_path / "webhook"
    new.write_text(OTHER)
    assert is_taken(shop, SECRET)
    assert not is_taken(shop, OTHER)

    apply(shop, f"file:{new}", f"file:{old}")
    eventually("both are good", lambda: is_taken(shop, OTHER))
    assert is_taken(shop, SECRET)

    apply(shop, f"file:{new}")
    eventually("the old one is not", lambda: not is_taken(shop, SECRET))
    assert is_taken(shop, OTHER)

    new.write_text(SECRET)
    eventually("a file that changes is read again", lambda: is_taken(shop, SECRET))
    assert not is_taken(shop, OTHER)


def test_an_api_key_s_secret_is_replaced_and_revoked_while_the_shop_runs(shop):
    key = json.loads(shop.service.run("keys", "create", "--shop", SHOP, "--json"))
    path = f"{shop.service.base}/v1/shops/{SHOP}/tickets"

    def status(token: str) -> int:
        return httpx.get(path, headers={"authorization": f"Bearer {token}"}).status_code

    def rotated(keep: str) -> str:
        told = shop.service.run("keys", "rotate", key["id"], "--keep", keep, "--json")
        return str(json.loads(told)["token"])

    second = rotated("3600")
    assert status(key["token"]) == status(second) == 200

    third = rotated("0")
    eventually("the one before is not good", lambda: status(second) == 401)
    assert (status(key["token"]), status(third)) == (401, 200)

    shop.service.run("keys", "revoke", key["id"])
    eventually("none is good", lambda: status(third) == 401)
