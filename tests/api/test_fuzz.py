"""Schemathesis: what the description allows, and what it does not, is answered as described.

A bounded number of examples, the same each time, on the app itself.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from overflow.api.examples import operations
from tests.api.described import APP, SPEC

EXAMPLES = 12
OPERATIONS = list(operations(SPEC))
RULED = {
    "submit_ticket": "no ticket was made before 1970, or is to be made yet",
    "declare_availability": "something must be declared, and until a time to come",
    "declare_staffing": "something must be declared, and until a time to come",
    "switch_off": "until a time to come",
    "preview_decision": "teams must be the policy's, moments within a year of the decision's",
    "give_signal": "the policy must have a rule about it",
    "put_forecast": "rows have rules of their own, and CSV needs its interval",
    "put_shadow_policy": "a policy has rules that no schema tells",
    "put_policy": "a policy has rules that no schema tells, and a version must be named",
}
"""Operations with rules beyond their schema, which may refuse what the schema takes."""


def can_be_wrong(operation):
    """Whether a schema of it leaves anything to do wrong."""
    content = operation.get("requestBody", {}).get("content", {})
    has_members = any("$ref" in each["schema"] for each in content.values())
    return has_members or any(each["in"] == "query" for each in operation.get("parameters", []))


@pytest.fixture(scope="module")
def described():
    """Every operation of the description by its name."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", APP)
    found = [each.ok() for each in schema.get_all_operations()]
    return {each.definition.raw["operationId"]: each for each in found}


@pytest.fixture
def token(services, shop, arrive):
    """Of an operator of an app with a shop that has some tickets."""
    for i in range(3):
        arrive(f"t{i}")
    services.progress.beat("worker", services.clock.now())
    return services.keyring.create("fuzz", ("operator",), services.clock.now())[1]


CASES = [(each["operationId"], GenerationMode.POSITIVE) for each in OPERATIONS] + [
    (each["operationId"], GenerationMode.NEGATIVE) for each in OPERATIONS if can_be_wrong(each)
]


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_the_api_does_what_its_description_says(described, token, name, mode):
    operation = described[name]
    excluded = [positive_data_acceptance] if name in RULED else []

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def check(case):
        if "shop" in case.path_parameters:
            # Most of what there is to be found is behind a shop that there is.
            case.path_parameters["shop"] = "lamps"
        shown = {"Authorization": f"Bearer {token}"}
        case.call_and_validate(headers=shown, excluded_checks=excluded)

    check()
