"""What docs/helpdesks.md shows is what the connectors take, and nothing they take is missing."""

import re
from pathlib import Path

import pytest

from overflow.helpdesks import CONNECTORS, check_options
from overflow.policies import document
from tests.helpdesks.vendors.worlds import VENDORS

PAGE = (Path(__file__).parents[3] / "docs" / "helpdesks.md").read_text()
EXAMPLES = [
    document(text)["helpdesk"] for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
]


def test_there_is_an_example_for_every_vendor():
    assert [example["connector"] for example in EXAMPLES] == list(VENDORS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["connector"])
def test_an_example_has_no_fault(example):
    assert check_options(example["connector"], example["options"], example["secrets"]) == {}


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_option_of_a_vendor_is_described(vendor):
    part = PAGE.split("## What all five")[1].split("\n## ")
    common, own = part[0], next(p for p in part if p.lower().startswith(vendor))
    for name, field in CONNECTORS[vendor].options().fields.items():
        shown = field.data_key or name
        assert f"`{shown}`" in common or re.search(rf"^\| `{shown}`", own, re.MULTILINE), shown


def test_the_readme_leads_here():
    assert "docs/helpdesks.md" in (Path(__file__).parents[3] / "README.md").read_text()
