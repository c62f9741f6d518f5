"""The page as a document: its template's landmarks, nothing from outside, and a size that is kept small."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import panel as pn
import pytest
from bokeh.core.json_encoder import serialize_json
from bokeh.document import Document

from app.model import Lab
from app.presets import PRESETS
from app.views.page import fill
from app.views.schedule import SchedulePlot
from app.views.theme import ICON, PAGE, STYLE
from idle import idle
from schedules import SOURCES

SCRIPTS = sorted((Path(__file__).parents[3] / "app" / "views").glob("*.js"))
# Measured, and a fifth more. Opening a page costs mostly by its models.
MOST_MODELS = 410
MOST_BYTES = 290_000
EXTERNAL = re.compile(
    r"""(?:\b(?:src|href|action|poster|data|srcset)\s*=\s*|url\(\s*|@import\s*)["']?\s*(?:https?:)?//""", re.I
)


class Elements(HTMLParser):
    """Every element of a page as (tag, attributes), with the text of each tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.named: set[int] = set()  # places in `found` of elements with some text of their own
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        self.texts[self._open] = self.texts.get(self._open, "") + data
        if data.strip():
            self.named.add(len(self.found) - 1)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def document(visit: Any) -> Document:
    """The document of a visitor without a query."""
    return visit()[0]


@pytest.fixture(scope="module")
def html(document: Document) -> str:
    """The page without what Bokeh itself puts into it: its scripts, and the places of the parts."""
    parts = re.findall(r"roots\.(\w+)", PAGE)
    variables = {**document.template_variables, "roots": {name: f"[{name}]" for name in parts}}
    macros = "{% macro embed(root) %}{{ root }}{% endmacro %}"
    base = document.template.environment.from_string(
        "<!DOCTYPE html><html lang=en><head><title>{% block title %}{% endblock %}</title>{% block postamble %}"
        "{% endblock %}</head><body>{% block contents %}{% endblock %}</body></html>"
    )
    source = PAGE.replace("{% block contents %}", "{% block contents %}" + macros)
    return document.template.environment.from_string(source).render(**{**variables, "base": base})


@pytest.fixture(scope="module")
def elements(html: str) -> Elements:
    return Elements(html)


def test_the_page_can_be_built_without_a_server() -> None:
    lab = Lab()
    document = Document()
    parts = {
        name: pn.pane.HTML(name) for name in ("controls", "stage_controls", "prose", "tables", "legend", "address")
    }
    fill(document, "Lab", schedule=pn.pane.Bokeh(SchedulePlot(lab, idle(lab)).figure), **parts)
    assert {root.name for root in document.roots} == {*parts, "schedule"}
    assert document.template_variables["app_title"] == "Lab"


def test_the_page_has_few_models(document: Document) -> None:
    assert len(document.models) <= MOST_MODELS


def test_what_a_visitor_is_sent_first_is_small(document: Document) -> None:
    assert len(_sent(document)) <= MOST_BYTES


def test_what_a_visitor_is_sent_does_not_grow_with_the_run(visit: Any) -> None:
    short, long = (len(_sent(visit(family="sgdr", T=T)[0])) for T in ("2000", "1000000"))
    assert long < 1.1 * short + 1_000


def test_changes_add_no_models(visit: Any) -> None:
    document, names = visit()
    lab = names["lab"]
    before = len(document.models)
    for preset in PRESETS:
        lab.show(preset.case, "log")
        lab.pin()
        lab.show(preset.case, "linear")
    assert len(document.models) == before


def test_every_part_has_its_place_and_every_place_its_part(document: Document) -> None:
    places = re.findall(r"embed\(roots\.(\w+)\)", PAGE)
    assert sorted(places) == sorted(root.name for root in document.roots)


def test_the_page_has_a_title_and_fits_a_phone(elements: Elements) -> None:
    assert elements.texts["title"] == "Schedule Lab"
    metas = {meta["name"]: meta["content"] for meta in elements.of("meta")}
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert metas["description"]
    assert "user-scalable" not in PAGE


def test_the_page_has_one_main_landmark_and_one_heading_of_the_first_level(elements: Elements) -> None:
    assert len(elements.of("main")) == 1
    assert len(elements.of("h1")) == 1
    assert elements.texts["h1"].startswith("Schedule Lab")


def test_the_skip_link_comes_first_and_leads_to_a_place_that_takes_focus(elements: Elements) -> None:
    body = [found for found in elements.found if found[0] in {"a", "button", "input", "select", "main", "h1"}]
    tag, attributes = body[0]
    assert tag == "a"
    target = next(a for _tag, a in elements.found if a.get("id") == (attributes["href"] or "").removeprefix("#"))
    assert target["tabindex"] == "-1"


def test_what_refers_to_an_id_finds_it_once(elements: Elements) -> None:
    ids = [attributes["id"] for _tag, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _tag, attributes in elements.found:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert set((attributes.get(name) or "").split()) <= set(ids)


def test_sections_and_buttons_have_names(elements: Elements) -> None:
    for place, (tag, attributes) in enumerate(elements.found):
        if tag == "section" or (tag == "button" and place not in elements.named):
            assert attributes.get("aria-label") or attributes.get("aria-labelledby")


@pytest.mark.parametrize("source", ["page", "style", "icon", "html"])
def test_nothing_is_fetched_from_outside(source: str, html: str) -> None:
    text = {"page": PAGE, "style": STYLE, "icon": ICON, "html": html}[source]
    for cited in SOURCES.values():  # a link waits for a click
        text = text.replace(f'<a href="{cited.url}" rel="noreferrer">{cited.url}</a>', "")
    assert EXTERNAL.findall(text) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_script_fetches_from_outside(script: Path) -> None:
    names = set(re.findall(r"""(?:https?:)?//[\w.-]+\.[a-z]+/[^\s"'`]*""", script.read_text(encoding="utf-8")))
    assert names <= {"http://www.w3.org/2000/svg"}  # a name, not a place


def _sent(document: Document) -> str:
    """Return a document as text, arrays in it too."""
    return serialize_json(document.to_json())
