"""The frame: tabs, what a link hides, the panel of lesson options, and the link as a QR code."""

import io

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, expect

from app.parts import PARTS
from ui.lab_page import LAPTOP, PHONE, PLAYHEAD, LabPage, OpenLab, eventually, same
from ui.test_looks import COVERED, sideways

pytestmark = pytest.mark.browser

TABS = ("Lab", "Lesson", "Practice", "Code", "Sources", "Notes")


def read(picture: Locator) -> list[str]:
    """Return what is written in the QR codes of a part of the page, as it is painted."""
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.screenshot())))]


def test_a_tab_opens_at_once_goes_into_the_link_and_comes_back(lab: LabPage) -> None:
    tabs = lab.page.get_by_role("tab")
    assert tabs.all_inner_texts() == list(TABS)
    for name in (*TABS[1:], "Lab"):
        lab.page.get_by_role("tab", name=name).click()
        shown = lab.page.evaluate("document.documentElement.dataset.companion")
        assert shown == name.lower()
        expect(lab.page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        panel = "Controls" if name == "Lab" else name
        role = "region" if name == "Lab" else "tabpanel"
        expect(lab.page.get_by_role(role, name=panel, exact=True)).to_be_visible()
        wanted = None if name == "Lab" else name.lower()
        eventually(lambda wanted=wanted: same(dict(lab.query).get("tab"), wanted), lab.page)
    lab.page.get_by_role("tab", name="Lab").focus()
    lab.page.keyboard.press("ArrowLeft")
    expect(lab.page.get_by_role("tab", name="Notes")).to_be_focused()
    eventually(lambda: same(dict(lab.query).get("tab"), "notes"), lab.page)
    lab.page.reload()
    lab.ready()
    expect(lab.page.get_by_role("tabpanel", name="Notes")).to_be_visible()
    lab.page.evaluate("location.hash = 'plot'")
    lab.page.get_by_role("tab", name="Code").click()
    expect(lab.page.get_by_role("region", name="Code of the curve")).to_be_visible()
    eventually(lambda: same(dict(lab.query).get("tab"), "code"), lab.page)
    lab.page.go_back()
    expect(lab.page.get_by_role("tab", name="Notes")).to_have_attribute("aria-selected", "true")
    lab.page.go_forward()
    expect(lab.page.get_by_role("tab", name="Code")).to_have_attribute("aria-selected", "true")
    lab.page.set_viewport_size(PHONE)
    eventually(lambda: same(sideways(lab.page), 0), lab.page)


MARKS = "() => ({...document.documentElement.dataset})"


FRAMES = (
    *("", "tab=code&hide=T,toy&below=path", "section=math", "exercise=E4&exercise_seed=7", "present=1&tab=lesson"),
    "tab=nowhere",
)


def test_a_page_stands_as_its_link_says_before_the_server_answers(visit: OpenLab, subtests: pytest.Subtests) -> None:
    whole, page = visit(None), visit(None)
    page.page.route_web_socket("**/ws*", lambda _socket: None)  # it is never answered
    for query in FRAMES:
        with subtests.test(query=query):
            page.page.goto(f"{page.origin}/app?{query}")
            before = page.page.evaluate(MARKS)
            whole.page.goto(f"{whole.origin}/app?{query}")
            expect(whole.page.locator(".controls").first).to_be_attached()
            marks = whole.page.evaluate(MARKS)
            assert {name: marks.get(name) for name in before} == before
            assert ("presenter" in marks, "exercise" in marks) == ("presenter" in before, "exercise" in before)


def test_a_link_hides_what_it_says_and_gives_the_same_numbers(visit: OpenLab) -> None:
    case = "family=sgdr&T=1000&Tw=50&eta_max=0.01&cycle_length=100"
    whole = visit(case)
    rows, curve = whole.rows(), whole.data()
    part = visit(None)
    hidden = "hide=eta_max,acts,tools,playhead,path,toy,compare,sweep,code,notes"
    part.page.goto(f"{part.origin}/app?{case}&{hidden}")
    part.ready()
    part.shows("sgdr", T=1_000, Tw=50, eta_max=0.01, cycle_length=100)
    assert part.rows() == rows
    assert [list(column) for column in part.data()] == [list(column) for column in curve]
    for name in ("Peak rate eta_max", PLAYHEAD, "Sharpness"):
        expect(part.slider(name)).to_have_count(0)
    for name in ("Reset", "Pin this curve", "Copy link", "Play"):
        expect(part.button(name)).to_have_count(0)
    for name in ("The path", "Compare", "Range test"):
        expect(part.page.get_by_role("heading", name=name, exact=True)).to_have_count(0)
    for name in ("The loss", "Who wins"):
        expect(part.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    assert part.page.get_by_role("tab").all_inner_texts() == ["Lab", "Lesson", "Practice", "Sources"]
    expect(part.slider("Tw")).to_be_visible()
    assert part.notices == []
    # The one who gets it can have everything back.
    part.button("Share").click()
    part.button("Show everything").click()
    part.button("Close").click()
    expect(part.slider("eta_max")).to_have_value(whole.slider("eta_max").input_value())
    expect(part.slider(PLAYHEAD)).to_be_visible()
    assert part.page.get_by_role("tab").all_inner_texts() == list(TABS)
    eventually(lambda: same("hide" in dict(part.query), False), part.page)


def test_the_options_are_the_link_and_the_page_and_the_code(visit: OpenLab) -> None:
    lab = visit("family=step&T=2000&pin=constant,T:100", permissions=["clipboard-read", "clipboard-write"])
    lab.button("Share").click()
    panel = lab.page.get_by_role("dialog", name="Lesson options")
    boxes = panel.get_by_role("checkbox")
    expect(boxes).to_have_count(len(PARTS) + 1)
    panel.get_by_label("Training controls").uncheck()
    panel.get_by_label("Peak rate eta_max").uncheck()
    panel.get_by_label("Lab", exact=True).uncheck()
    eventually(lambda: same(dict(lab.query).get("hide"), "eta_max,toy,lab"), lab.page)
    eventually(lambda: same(dict(lab.query).get("tab"), "lesson"), lab.page)
    expect(lab.page.locator("#toy-title")).to_be_hidden()
    link = panel.get_by_label("Link to this page as it is now")
    eventually(lambda: same(link.input_value(), lab.page.url), lab.page)
    expect(panel.get_by_text(f"{len(lab.page.url)} characters")).to_be_visible()
    eventually(lambda: same(read(panel), [lab.page.url]), lab.page)
    panel.get_by_role("button", name="Copy link").click()
    expect(panel.get_by_text("Link copied.")).to_be_visible()
    assert lab.page.evaluate("navigator.clipboard.readText()") == lab.page.url
    panel.get_by_role("button", name="Show large").click()
    poster = lab.page.get_by_role("dialog", name="Schedule Lab")
    image = poster.get_by_role("img", name="QR code of the link to this page as it is now")
    box = image.bounding_box()
    assert box
    assert box["height"] > 0.75 * LAPTOP["height"]
    assert read(image) == [lab.page.url]
    short = poster.locator("p.typed").inner_text()
    assert short.endswith(
        "/app?family=step&T=2000&pin=constant,T:100,Tw:500,eta_max:0.0003&tab=lesson&hide=eta_max,toy,lab"
    )
    lab.page.keyboard.press("Escape")
    expect(poster).to_be_hidden()
    expect(panel).to_be_visible()
    # An exercise keeps its tab.
    panel.get_by_label("Practice").uncheck()
    panel.get_by_label("Exercise").select_option("E4")
    expect(panel.get_by_label("Practice")).to_be_checked()
    expect(panel.get_by_label("Practice")).to_be_disabled()
    panel.get_by_label("Seed of its numbers").fill("7")
    panel.get_by_label("Seed of its numbers").press("Enter")
    eventually(lambda: same(dict(lab.query).get("exercise_seed"), "7"), lab.page)
    lab.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(lab.button("Share")).to_be_focused()
    expect(lab.page.get_by_role("heading", name="E4.")).to_be_visible()
    other = visit(None)
    other.page.goto(short if "://" in short else f"http://{short}")
    other.page.get_by_role("tab", name="Lesson", selected=True).wait_for()
    assert other.page.get_by_role("tab", name="Lab", exact=True).count() == 0


def test_axe_finds_nothing_serious_in_the_panels(lab: LabPage, subtests: pytest.Subtests) -> None:
    for size, scheme in ((LAPTOP, "light"), (PHONE, "dark")):
        with subtests.test(width=size["width"], scheme=scheme):
            lab.page.set_viewport_size(size)
            lab.page.emulate_media(color_scheme=scheme)
            colours = True if scheme == "dark" else None
            lab.button("Share").click()
            panel = lab.page.get_by_role("dialog", name="Lesson options")
            expect(panel.get_by_label("Who wins")).to_be_visible()
            assert lab.grave(colours=colours) == []
            assert sideways(lab.page) == 0
            panel.get_by_role("button", name="Show large").click()
            expect(lab.page.get_by_role("dialog", name="Schedule Lab").get_by_role("img")).to_be_visible()
            assert lab.grave(colours=colours) == []
            lab.page.keyboard.press("Escape")
            panel.get_by_role("button", name="List of keys").click()
            expect(lab.page.get_by_role("dialog", name="Keys")).to_be_visible()
            assert lab.grave(colours=colours) == []
            lab.page.keyboard.press("Escape")
            lab.page.keyboard.press("Escape")
            expect(panel).to_be_hidden()
    assert lab.page.evaluate(COVERED) == []
