"""Templates: places take values, and nothing that stands in a value becomes part of a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from overflow.errors import BadInput, Refused
from overflow.helpdesks.rest.query import Query
from overflow.helpdesks.rest.template import JsonTree, Template, filled, parsed

texts = st.text(max_size=40)


@given(texts)
def test_a_value_is_one_segment_of_a_path(value):
    try:
        path = Template("tickets/{ticket}/notes").path({"ticket": value})
    except Refused:
        assert value in {"", ".", ".."}
        return
    assert path.startswith("tickets/")
    assert path.endswith("/notes")
    assert path.count("/") == 2
    assert not set("?#\\ %") & set(path[8:-6].replace("%", "", path.count("%")))


@given(texts)
def test_a_value_is_never_read_as_a_template(value):
    assert Template("<{text}>").written({"text": value, "other": "secret"}) == f"<{value}>"


@given(st.recursive(st.none() | texts | st.integers(), st.lists, max_leaves=4))
def test_a_text_that_is_one_place_takes_the_value_as_it_is(value):
    assert Template("{tags}").value({"tags": value}) == value


def test_filters_make_numbers_texts_html_and_null():
    values = {"n": "12", "t": 7, "h": "<b> & {x}\nnext", "e": "", "l": ["a", "b"]}
    tree = JsonTree(("n", "t", "h", "e", "l")).deserialize(
        {
            "{t}": "{n:number}",
            "text": "{t:text}",
            "html": "<p>{h:html}</p>",
            "null": "{e:null}",
            "list": "{l}",
            "joined": "tags: {l}",
            "braces": "{{n}}",
            "kept": [1, None, True],
        }
    )
    assert filled(tree, values) == {
        "7": 12,
        "text": "7",
        "html": "<p>&lt;b&gt; &amp; {x}<br>next</p>",
        "null": None,
        "list": ["a", "b"],
        "joined": "tags: a,b",
        "braces": "{n}",
        "kept": [1, None, True],
    }
    with pytest.raises(Refused):
        Template("{n:number}").value({"n": "twelve"})


def test_what_is_not_known_is_null_in_json_and_left_out_elsewhere():
    assert Template("{version}").value({}) is None
    assert Template('"{version}"').written({}) is None
    with pytest.raises(Refused):
        Template("tickets/{ticket}").path({})


@pytest.mark.parametrize(
    "text",
    ["{", "a } b", "{Ticket}", "{ticket", "{a b}", "{ticket:upper}", "{secret.token}", "{x}"],
)
def test_what_is_no_template_or_names_what_cannot_stand_there_is_a_fault(text):
    with pytest.raises(ValidationError):
        parsed(text, ("ticket",))


@given(texts)
def test_any_text_is_a_template_or_a_fault(text):
    try:
        made = parsed(text, ("ticket", "last.*"))
    except ValidationError:
        return
    made.written({"ticket": "7"})


@pytest.mark.parametrize(
    "text", ["a.b(", "nothing(@)", "items[?nothing(x)]", "length(@, @)" * 60, "(" * 400, "a ==", ""]
)
def test_what_is_no_jmespath_is_a_fault(text):
    with pytest.raises(ValueError):
        Query(text or "(")


@pytest.mark.filterwarnings("ignore:deprecated string literal:PendingDeprecationWarning")
@given(texts)
def test_any_text_is_a_jmespath_or_a_fault(text):
    try:
        Query(text)
    except ValueError:
        return


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)
EXPRESSIONS = [
    "a.b[0].c",
    "length(a)",
    "sort_by(a, &b)",
    "a[::0]",
    "to_number(a)",
    "join(',', a)",
    "max(a)",
    "a[?b=='x'].c | [0]",
    "contains(a, b)",
    "starts_with(a, 'x')",
    "sum(a[])",
    "keys(a)",
    "map(&b, a)",
    "merge(a, b)",
    "a > b",
    "to_string(@)",
    "reverse(a)",
    "avg(a)",
    "floor(a)",
]


@given(st.sampled_from(EXPRESSIONS), values)
def test_of_any_document_comes_something_or_bad_input(text, document):
    try:
        Query(text).of(document)
    except BadInput:
        return
