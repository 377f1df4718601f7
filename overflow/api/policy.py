"""A shop's policy: read, checked, replaced under optimistic locking, every version kept."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

from flask import Response, jsonify, request
from werkzeug.exceptions import PreconditionRequired

from overflow import policies
from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import services
from overflow.api.schemas.shops import CheckedSchema, PolicySchema, VersionListSchema
from overflow.errors import BadInput, Conflict, Unknown
from overflow.flows import shops
from overflow.policies.explain import explain

part = Part("policy", __name__, description="The rules of a shop, as one document.")

POLICY = "/v1/shops/<shop>/policy"
EXAMPLE: Final = {
    "mode": "live",
    "zone": "Europe/Berlin",
    "helpdesk": {
        "connector": "standard",
        "options": {"url": "https://desk.example/overflow"},
        "secrets": {"webhook": ["env:DESK_SECRET"]},
    },
    "inhouse": {
        "group": "Service",
        "hours": "Mo-Fr 09:00-17:00; PH off",
        "agents": 2,
        "languages": ["de"],
    },
    "partners": [
        {
            "name": "daytime",
            "group": "Partner Day",
            "hours": "Mo-Su 08:00-22:00",
            "languages": ["de"],
            "capacity": {"chat": 12},
            "price": 2.9,
            "answer_time": "15s",
        }
    ],
    "channels": {"chat": {"target": {"time": "1m", "goal": "80%"}, "handle_time": "9m"}},
    "pressure": {"backlog": {"start": 12, "stop": 8}},
}
_TAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"')
_IF_MATCH: Final[dict[str, Any]] = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the version that is replaced, or `*` for whichever.",
    "schema": {"type": "string"},
    "example": '"3"',
}
_IF_NONE_MATCH: Final[dict[str, Any]] = {
    "name": "If-None-Match",
    "in": "header",
    "description": "`*`: only if there is none yet. This creates the shop.",
    "schema": {"type": "string"},
}
_NUMBER: Final = {
    "headers": {"ETag": {"schema": {"type": "string"}, "description": "The version."}}
}


@part.operation("GET", POLICY, Who.SHOP, responses={200: _NUMBER})
@part.response(200, PolicySchema, example=EXAMPLE)
def get_policy(shop: str) -> Response:
    """Read the policy that is in force; its version is the ETag."""
    return _shown(*shops.get_policy(services(), shop))


@part.operation(
    "PUT",
    POLICY,
    Who.SHOP,
    parameters=[_IF_MATCH, _IF_NONE_MATCH],
    responses={
        200: _NUMBER,
        201: _NUMBER,
        412: "precondition-failed",
        422: "invalid",
        428: "precondition-required",
    },
)
@part.arguments(PolicySchema, example=EXAMPLE)
@part.response(200, PolicySchema, example=EXAMPLE, description="The new version, in force.")
@part.alt_response(201, schema=PolicySchema, description="The first version: the shop is made.")
def put_policy(document: dict[str, Any], shop: str) -> Response:
    """Replace the policy, or create the shop.

    In force in every process within 5 s. All faults are named at once.
    """
    expected = _expected(shop)
    version = shops.put_policy(services(), shop, document, expected=expected)
    stored = shops.get_policy(services(), shop, version)
    return _shown(*stored, HTTPStatus.CREATED if version == 1 else HTTPStatus.OK)


@part.operation("GET", f"{POLICY}/versions", Who.SHOP)
@part.response(200, VersionListSchema)
def list_policy_versions(shop: str) -> dict[str, Any]:
    """List the numbers of all versions, oldest first."""
    return {"items": shops.versions(services(), shop)}


@part.operation("GET", f"{POLICY}/versions/<int(min=1,max=999999999):version>", Who.SHOP)
@part.response(200, PolicySchema, example=EXAMPLE)
def get_policy_version(shop: str, version: int) -> Response:
    """Read one version."""
    return _shown(*shops.get_policy(services(), shop, version))


@part.operation("POST", f"{POLICY}/check", Who.SHOP)
@part.arguments(PolicySchema, example=EXAMPLE)
@part.response(200, CheckedSchema)
def check_policy(document: dict[str, Any], shop: str) -> dict[str, Any]:
    """Check a policy without storing it, and say what it would do."""
    if faults := policies.check(document, shop):
        return {"is_valid": False, "faults": faults, "explanation": None}
    policy = policies.build(document, shop)
    told = explain(policy, services().clock.now())
    return {"is_valid": True, "faults": {}, "explanation": told}


def _expected(shop: str) -> int | None:
    """The version that must be there now (0: none); None: any. Raises ``PreconditionRequired``."""
    match, none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if none_match is not None:
        if match is not None or none_match.strip() != "*":
            raise BadInput("If-None-Match takes `*` only, and no If-Match beside it")
        return 0
    if match is None:
        raise PreconditionRequired(
            "say which version is replaced: If-Match, or If-None-Match: * for none"
        )
    if match.strip() == "*":
        return _present(shop)
    tag = _TAG.fullmatch(match.strip())
    if tag is None:
        raise BadInput('If-Match takes one version such as "3", or *')
    return int(tag[1])


def _present(shop: str) -> int:
    try:
        return shops.get_policy(services(), shop)[0]
    except Unknown:
        raise Conflict("there is no policy yet", status=412, version=0) from None


def _shown(version: int, document: dict[str, Any], status: int = HTTPStatus.OK) -> Response:
    answer = jsonify(document)
    answer.status_code = status
    answer.headers["ETag"] = f'"{version}"'
    return answer
