"""The examples, the reference and folders of policies."""

from pathlib import Path

import pytest

from overflow import policies
from overflow.errors import Invalid
from overflow.policies.explain import explain
from overflow.policies.folder import read_file, read_folder
from overflow.policies.reference import reference
from overflow.policies.schema import PolicySection
from overflow.policies.warnings import warnings

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "deploy" / "examples"
NOW = 1_790_000_000.0


@pytest.mark.parametrize("name", ["one-agent", "two-partners"])
def test_an_example_is_valid_and_can_be_explained(name):
    policy = policies.load((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert explain(policy, NOW).startswith(f"Shop {policy.shop}.")
    assert not [text for text in warnings(policy, NOW) if "nobody is open" not in text]


def test_the_examples_are_the_shops_that_they_say():
    one, two = read_folder(EXAMPLES).policies.values()
    assert policies.build(one).home.shifts[0].agents == 1
    assert len(policies.build(two).partners) == 2
    assert len(policies.build(two).channels) == 6


def test_the_reference_in_the_docs_is_the_schemas():
    found = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    assert found == reference(), "write it anew: overflow policy reference > docs/policy.md"


def test_every_field_of_the_reference_has_a_meaning():
    rows = [line for line in reference().splitlines() if line.startswith("| `")]
    assert len(rows) > len(PolicySection().fields)
    assert all(row.split("|")[4].strip() for row in rows)


def test_a_folder_is_read_by_shop(tmp_path):
    text = (EXAMPLES / "one-agent.yaml").read_text(encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text)
    (tmp_path / "a.yaml").write_text(text.replace("candles", "lamps"))
    (tmp_path / "notes.txt").write_text("no policy")
    assert list(read_folder(tmp_path).policies) == ["lamps", "candles"]


def test_an_empty_folder_has_no_policies(tmp_path):
    assert read_folder(tmp_path) == ({}, {})


def test_the_faults_of_all_files_of_a_folder_are_reported_at_once(tmp_path):
    text = (EXAMPLES / "one-agent.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "b.yaml").write_text(text.replace("agents: 1", "agents: one"))
    (tmp_path / "c.yaml").write_text("a: [")
    (tmp_path / "d.yaml").write_text(text)
    (tmp_path / "e.yaml").write_bytes(b"\xff\xfe\xfa")
    found, faults = read_folder(tmp_path)
    assert list(found) == ["candles"]
    assert set(faults) == {
        f"{tmp_path}/b.yaml: inhouse.agents",
        f"{tmp_path}/c.yaml: line 1",
        f"{tmp_path}/d.yaml: shop",
        f"{tmp_path}/e.yaml",
    }


def test_a_missing_file_is_a_fault(tmp_path):
    with pytest.raises(Invalid, match="cannot be read"):
        read_file(tmp_path / "none.yaml")
