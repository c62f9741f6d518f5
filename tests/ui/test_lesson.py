"""The lesson in a browser: words that move the stage, equations that follow it, and scenes that ask first."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app.lesson.storyboard import SCENES
from schedules import FAMILIES
from schedules.mistakes import MISTAKES
from ui.lab_page import LabPage, OpenLab, eventually

pytestmark = pytest.mark.browser


def section(lab: LabPage, title: str) -> Locator:
    """Open the lesson at a section."""
    lab.page.get_by_role("tab", name="Lesson").click()
    lab.page.get_by_role("navigation", name="Sections of the lesson").get_by_role("button", name=title).click()
    expect(lab.page.locator(".section-title")).to_have_text(title)
    return lab.page.locator(".lesson")


def colour(where: Locator) -> str:
    return str(where.evaluate("(node) => getComputedStyle(node).color"))


def test_a_phrase_sets_the_stage_and_undo_takes_it_back(lab: LabPage) -> None:
    lesson = section(lab, "01 Intuition")
    before = lab.table.inner_text()
    lesson.get_by_role("button", name="The same peak for good").click()
    lab.shows("constant", T=200, Tw=20, eta_max=4.5e-4)
    expect(lab.page.locator("figcaption p.training")).to_contain_text(re.compile("lost|factor"))
    lesson.get_by_role("button", name="Undo").click()
    expect(lab.table).to_have_text(re.compile("10,000|Last rate"))
    eventually(lambda: _same(lab.table.inner_text(), before), lab.page)
    # The three small runs: let go, they come to their ends; their rates follow the sharpness of the stage.
    expect(lesson.get_by_role("img")).to_have_count(3)
    lesson.get_by_role("button", name="One update").click()
    expect(lesson.locator(".descents [role=status]")).to_have_text("update 0 of 12")
    lesson.get_by_role("button", name="One update").click()
    expect(lesson.locator(".descents [role=status]")).to_have_text("update 1 of 12")
    lab.type_exactly("Sharpness", "100")
    expect(lesson.get_by_role("img").first).to_have_attribute("aria-label", re.compile("η = 0.0212"))
    # A badge opens what stands behind it.
    lesson.locator("[data-claim=too-low-too-high]").click()
    expect(lab.page.locator("#claim-too-low-too-high details")).to_have_attribute("open", "")
    expect(lab.page.get_by_role("tab", name="Sources")).to_have_attribute("aria-selected", "true")


def _same(text: str, other: str) -> None:
    assert text == other


def test_equations_are_typeset_wear_the_colours_of_their_sliders_and_follow_them(lab: LabPage) -> None:
    lesson = section(lab, "02 Math")
    expect(lesson.locator(".equation math").first).to_be_visible()
    for name, parameter in (("tw", "Tw"), ("etamax", "eta_max"), ("etamin", "eta_min"), ("t", "T")):
        symbol = lesson.locator(f".equations .tint-{name}").first
        label = lab.page.locator(".side label code", has_text=re.compile(f"^{parameter}$"))
        assert colour(symbol) == colour(label)
    lab.type_exactly("Tw", "777")
    expect(lesson.locator(".equations .tint-tw", has_text="777").first).to_be_visible()
    lesson.get_by_text("The rules of all families").click()
    expect(lesson.locator("details .equations")).to_have_count(len(FAMILIES))
    expect(lesson.locator("details .equations math").last).to_be_visible()
    assert lesson.locator("merror, .katex-error").count() == 0
    assert lesson.locator("[mathcolor]").count() == 0


def test_the_pages_own_loop_runs_and_prints_its_four_numbers(lab: LabPage) -> None:
    lesson = section(lab, "03 Code")
    expect(lesson.get_by_role("status", name="What it prints")).to_have_text("Not run yet.")
    lesson.get_by_role("button", name="Run as it stands on the page").click()
    expect(lesson.get_by_role("status", name="What it prints")).to_contain_text("6e-07 0.0003 3e-05")
    expect(lesson.get_by_role("status", name="What it prints")).to_contain_text("avg lr: 0.00016426")
    lab.type_exactly("T", "100")
    lab.type_exactly("Tw", "100")
    lesson.get_by_role("button", name="Run with the sliders' values").click()
    expect(lesson.get_by_role("status", name="What it prints")).to_contain_text("Set Tw below T")


def test_a_scene_is_asked_and_played_by_keyboard_alone_and_its_link_opens_it(lab: LabPage, visit: OpenLab) -> None:
    lesson = section(lab, "Storyboard")
    page: Page = lab.page
    scene = lesson.get_by_role("button", name="Scene 4: Decay")
    scene.focus()
    page.keyboard.press("Enter")
    expect(lesson.locator("h4")).to_have_text("Scene 4 of 8: Decay")
    lab.shows("constant", T=1000, Tw=0, eta_max=3e-4)
    lesson.get_by_role("radio", name="It ends lower.").focus()
    page.keyboard.press("Space")
    expect(lesson.locator("p.step")).to_have_count(0)  # a choice is not yet a commit
    expect(lesson.get_by_role("radio", name="It ends lower.")).to_be_focused()
    expect(lesson.get_by_role("button", name="Commit, and see")).to_be_enabled()
    lesson.get_by_role("button", name="Commit, and see").focus()
    page.keyboard.press("Enter")
    expect(lesson.locator("p.step")).to_contain_text("1 of 3.")
    for step in ("2 of 3.", "3 of 3."):
        expect(lesson.get_by_role("button", name="Next", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(lesson.locator("p.step")).to_contain_text(step)
    expect(lesson.locator("p.verdict")).to_contain_text("As you said: it ends lower.")
    lab.shows("warmup_cosine", T=1000, Tw=0, eta_max=3e-4, eta_min=0.0)
    expect(lesson.get_by_role("button", name="Next scene")).to_be_focused()
    eventually(lambda: _same(dict(lab.query)["family"], "warmup_cosine"), page)  # the address follows
    assert dict(lab.query)["scene"] == "3"
    other = visit(page.url.partition("?")[2])
    other.page.get_by_role("tab", name="Lesson").click()
    expect(other.page.locator(".lesson h4")).to_have_text(f"Scene 4 of {len(SCENES)}: Decay")
    other.shows("warmup_cosine", T=1000, Tw=0, eta_max=3e-4, eta_min=0.0)


def test_a_defect_stands_beside_the_intended_curve_and_its_line_is_found(lab: LabPage) -> None:
    lesson = section(lab, "What goes wrong")
    mistake = MISTAKES["climbs-again"]
    lesson.get_by_role("button", name=mistake.title).click()
    lab.shows("warmup_cosine", **mistake.values)
    expect(lesson.locator(".card")).to_contain_text("In all, 399 updates of 400 differ")
    assert lab.legend == ["Live: Warmup, then cosine", "Warmup, then cosine, climbing again after T_max"]
    lines = lesson.locator("button.line")
    expect(lines).to_have_count(len(mistake.lines))
    lines.nth(0).click()
    expect(lesson.locator(".card")).to_contain_text("Not line 1")
    lines.nth(mistake.wrong_line).focus()
    lab.page.keyboard.press("Enter")
    expect(lesson.locator("p.verdict")).to_have_text(f"Found: line {mistake.wrong_line + 1}.")
    expect(lesson.get_by_role("link", name="pytorch/pytorch#40971")).to_have_attribute(
        "href", "https://github.com/pytorch/pytorch/issues/40971"
    )
    expect(lesson.get_by_text("T_max=updates - 1")).to_be_visible()
    lesson.get_by_role("button", name="All cases").click()
    expect(lesson.get_by_role("listitem").filter(has_text=mistake.title)).to_contain_text("✓ found")
