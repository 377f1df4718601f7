"""Reading YAML: what it gives, and what it refuses with the line."""

import pytest

from overflow import policies
from overflow.errors import Invalid


def faults(text):
    with pytest.raises(Invalid) as caught:
        policies.document(text)
    return caught.value.faults


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("off", "off"),
        ("no", "no"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("08:00", "08:00"),
        ("2026-12-24", "2026-12-24"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("80%", "80%"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("007", 7),
        ("-1", -1),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.0e-05", 1e-05),
        ("[1, two]", [1, "two"]),
    ],
)
def test_values_are_what_they_look_like(text, value):
    document = policies.document(f"value: {text}")
    assert document == {"value": value}
    assert type(document["value"]) is type(value)


def test_numbers_as_names_become_text():
    assert policies.document("options: {3: inhouse}") == {"options": {"3": "inhouse"}}


def test_what_is_said_once_may_be_referred_to():
    assert policies.document("a: &hours 24/7\nb: *hours") == {"a": "24/7", "b": "24/7"}


def test_a_byte_order_mark_is_no_fault():
    assert policies.document("\ufeffshop: lamps") == {"shop": "lamps"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3", "line 3", "a is given twice"),
        ("a: 1\n  b: 2", "line 2", "mapping values are not allowed"),
        ("a: 1\n\tb: 2", "line 2", "cannot start any token"),
        ("a: [1,\nb: 2", "line 2", "flow sequence"),
        ("a: &a [*a]", "line 1", "refers to itself"),
        ("a: *b", "line 1", "quote text that begins with *"),
        ("a: !important", "line 1", "quote text that begins with !"),
        ("a: !!python/object:os.system {}", "line 1", "a tag (!)"),
        ("a: 1\n---\nb: 2", "line 2", "another document"),
        ("? [1, 2]\n: 3", "line 1", "unhashable key"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(text, line, said):
    found = faults(text)
    assert list(found) == [line]
    assert said in found[line][0]


def test_every_key_that_is_given_twice_is_named_in_one_go():
    text = "a: 1\nb: {c: 1, c: 2, d: 1, d: 2}\na: {e: 1,\n e: 2}\na: 3"
    assert faults(text) == {
        "line 2": ["c is given twice", "d is given twice"],
        "line 3": ["a is given twice"],
        "line 4": ["e is given twice"],
        "line 5": ["a is given twice"],
    }


@pytest.mark.parametrize("text", ["", "- a", "lamps", "# nothing"])
def test_a_document_is_a_mapping(text):
    assert faults(text) == {"": ["must be a mapping of fields to values"]}


@pytest.mark.parametrize(
    ("text", "path"),
    [('a: "\\ud800"', "a"), ("a: [[1, 1.0e+400]]", "a.0.1"), ('a: {b: "\\0"}', "a.b")],
)
def test_what_json_cannot_hold_is_refused_with_its_path(text, path):
    assert list(faults(text)) == [path]


def test_a_text_that_unfolds_without_end_is_refused_quickly():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 8)}]" for i in range(1, 12)]
    assert "too large" in str(faults("\n".join(lines)))


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "a: " + "[" * 100 + "]" * 100, "a: " + "{a: " * 900]
)
def test_a_text_that_is_nested_without_end_is_refused(text):
    assert faults(text)


def test_a_text_that_is_too_long_is_refused():
    assert "longer" in str(faults("a: " + "x" * 300_000))


def test_a_secret_in_a_broken_text_is_not_repeated():
    for text in ("a: *S3cr3t", "a: !S3cr3t", "a: [S3cr3t", 'a: "S3cr3t', "a: S3cr3t: b"):
        assert "S3cr3t" not in str(faults(text))
