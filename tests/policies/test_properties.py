"""What holds for every document, with faults or without."""

from contextlib import suppress

import orjson
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overflow import policies
from overflow.errors import Invalid
from overflow.policies.applied import is_as_applied, is_same, marked, unmarked
from overflow.policies.explain import explain
from overflow.policies.schema import PolicySection
from tests.policies.documents import anything, damaged, documents, shop

NOW = 1_790_000_000.0
many = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@many
@given(documents())
def test_a_document_means_the_same_as_yaml_as_json_and_as_it_stands(document):
    policy = policies.build(document, version=3)
    assert policies.load(yaml.safe_dump(document, allow_unicode=True), version=3) == policy
    assert policies.build(orjson.loads(orjson.dumps(document)), version=3) == policy


@many
@given(documents(), st.floats(0, 2e9))
def test_every_policy_can_be_explained_at_any_time(document, now):
    text = explain(policies.build(document), now)
    assert text.startswith(f"Shop {document['shop']}.")
    assert "None" not in text


@settings(many, max_examples=100)
@given(damaged())
def test_a_damaged_document_has_faults_with_paths_or_is_a_policy(document):
    faults = policies.check(document)
    for path, texts in faults.items():
        known = {str(name) for name in (*document, *PolicySection().fields)}
        is_about_all = path == ""  # a key that is no plain text stands nowhere
        assert is_about_all or any(f"{path}.".startswith(f"{name}.") for name in known)
        assert texts
        assert all(text and not text.endswith(".") for text in texts)
    if not faults:
        explain(policies.build(document), NOW)


@many
@given(anything)
def test_no_value_at_all_breaks_the_check(value):
    assert policies.check(value)


@many
@given(st.one_of(st.text(), anything.map(lambda one: yaml.safe_dump(one, allow_unicode=True))))
def test_no_text_at_all_breaks_the_reader(text):
    with suppress(Invalid):
        assert orjson.dumps(policies.document(text))


@many
@given(st.text("abcdefgh0123456789-_/+=", min_size=8, max_size=40), st.booleans())
def test_a_literal_secret_is_a_fault_that_does_not_repeat_it(secret, is_list):
    document = shop()
    value = f"S3{secret}"
    document["helpdesk"]["secrets"]["webhook"] = [value, "env:OTHER"] if is_list else value
    faults = policies.check(document)
    assert [path for path in faults if path.startswith("helpdesk.secrets.webhook")]
    assert value not in str(faults)


@many
@given(documents(), documents())
def test_a_change_made_elsewhere_is_noticed(document, other):
    stored = orjson.loads(orjson.dumps(marked(document)))
    assert is_as_applied(stored)
    assert unmarked(stored) == orjson.loads(orjson.dumps(document))
    assert policies.build(stored) == policies.build(document)
    changed = stored | other  # which need not change anything
    assert is_as_applied(changed) is is_same(changed, document)
