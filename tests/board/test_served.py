"""What is served without a key: a page that holds nothing, and may do next to nothing."""

import re
from pathlib import Path

import pytest

from overflow.app import create_app
from overflow.board import PAGE_POLICY

STATIC = Path(__file__).parents[2] / "overflow" / "board" / "static"


@pytest.fixture
def get(app):
    return app.test_client().get


def test_the_page_may_load_from_here_and_nowhere_else(get):
    with get("/board") as answer:
        assert answer.status_code == 200
        assert answer.content_type == "text/html; charset=utf-8"
        assert answer.headers["Content-Security-Policy"] == PAGE_POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("name", ["board.css", "board.js", "stream.js"])
def test_its_files_are_served_to_be_asked_for_again(get, name):
    with get(f"/board/static/{name}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["ETag"]


def test_a_slash_too_many_is_taken_away_for_the_pages_links_are_relative(get):
    answer = get("/board/")

    assert (answer.status_code, answer.headers["Location"]) == (308, "../board")


def test_the_page_is_the_same_whatever_the_service_holds(get, services, add_shop):
    with get("/board") as before:
        first = before.data
    add_shop("shoes")
    with create_app(services).test_client().get("/board") as after:
        assert after.data == first
    assert b"shoes" not in first


def test_nothing_from_outside_becomes_markup_or_code():
    code = "".join(path.read_text() for path in sorted(STATIC.glob("*.js")))

    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(", code
    )
    assert "localStorage" not in code
    assert "cookie" not in code


def test_the_page_names_no_other_place():
    for path in STATIC.iterdir():
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//[a-z]+\.[a-z]", text), path.name


def test_the_page_has_no_style_or_code_of_its_own():
    html = (STATIC / "board.html").read_text()

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! type=\"module\" src=)", html)
