"""The shadow: a second policy decides beside the live one, and moves nothing."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import services
from overflow.api.policy import EXAMPLE, POLICY
from overflow.api.schemas.shadow import ShadowQuery, ShadowSchema, shown
from overflow.api.schemas.shops import PolicySchema
from overflow.flows.foresight import shadow

part = Part("shadow", __name__, description="A second policy, decided beside the live one.")

SHADOW = f"{POLICY}/shadow"


@part.operation("GET", SHADOW, Who.SHOP)
@part.response(200, PolicySchema, example=EXAMPLE)
def get_shadow_policy(shop: str) -> Response:
    """Read the policy that decides beside the live one; 404 when none does."""
    return jsonify(shadow.get(services(), shop).document)


@part.operation("PUT", SHADOW, Who.SHOP, responses={422: "invalid"})
@part.arguments(PolicySchema, example=EXAMPLE)
@part.response(200, PolicySchema, example=EXAMPLE)
def put_shadow_policy(document: dict[str, Any], shop: str) -> Response:
    """Have a second policy decide beside the live one, from now on; it writes nothing.

    What another one has found before is forgotten. All faults are named at once.
    """
    return jsonify(shadow.put(services(), shop, document))


@part.operation("DELETE", SHADOW, Who.SHOP)
@part.response(204)
def drop_shadow_policy(shop: str) -> None:
    """Have no policy decide beside the live one; what it found is forgotten."""
    shadow.drop(services(), shop)


@part.operation("GET", "/v1/shops/<shop>/shadow", Who.SHOP)
@part.arguments(ShadowQuery, location="query")
@part.response(200, ShadowSchema)
def list_shadow_differences(query: dict[str, Any], shop: str) -> dict[str, Any]:
    """Read how often the shadow differed, and list the differences; 404 when there is none.

    A worker decides seconds after the live policy, from the situation that the live decision was
    made from, with every ticket where the shadow has it.
    """
    return shown(shadow.seen(services(), shop, **query))
