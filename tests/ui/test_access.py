"""Every tab as axe sees it, and for everyone: fingers, large type, forced colours, little motion, no picture at all."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from app.model import SECTIONS
from app.parts import TABS
from ui.lab_page import LAPTOP, PHONE, LabPage, OpenLab, eventually, same
from ui.test_looks import COVERED, RICH, sideways

pytestmark = pytest.mark.browser

# Cycles above the edge, four pinned curves, every family in the ranking, a playhead on the way, notices.
FULL = f"{RICH}&all_families=1&step=100"


def places(lab: LabPage) -> Iterator[tuple[str, bool]]:
    """Open every tab, and in the lesson every section; yield where one is, and whether the tab is new."""
    for key in TABS:
        lab.tab(key)
        if key != "lesson":
            yield key, True
            continue
        links = lab.page.get_by_role("navigation", name="Sections of the lesson").get_by_role("button")
        for index, section in enumerate(SECTIONS):
            links.nth(index).click()
            expect(links.nth(index)).to_have_attribute("aria-current", "true")
            lab.quiet(250)
            yield f"lesson: {section}", index == 0


def dressed(lab: LabPage, scheme: str) -> None:
    """Have the page light or dark, and wait until it is."""
    lab.page.emulate_media(color_scheme=scheme)
    eventually(lambda: same(lab.page.evaluate("document.documentElement.dataset.theme"), scheme), lab.page)


# The matrix. Light and dark differ in colours alone, and so are asked for those alone; what all tabs have in common, the
# stage, is looked at in dark with the first of them.


def test_axe_finds_nothing_grave_on_any_tab_in_any_mode(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit(FULL)
    lab.ranked(18)
    for place, fresh in places(lab):
        panel = f"#companion-{place.partition(':')[0]}"
        with subtests.test(place=place, mode="light"):
            assert lab.grave("" if fresh else panel) == []
            assert sideways(lab.page) == 0
        with subtests.test(place=place, mode="dark"):
            dressed(lab, "dark")
            assert lab.grave("" if place == "lab" else panel, colours=True) == []
        with subtests.test(place=place, mode="320 px"):
            lab.page.set_viewport_size(PHONE)
            eventually(lambda: same(sideways(lab.page), 0), lab.page)
            assert lab.grave("" if fresh else panel, colours=False) == []
        lab.page.set_viewport_size(LAPTOP)
        dressed(lab, "light")


def test_axe_finds_nothing_grave_in_presenter_mode_whichever_tab_is_open(
    visit: OpenLab, subtests: pytest.Subtests
) -> None:
    lab = visit(f"{FULL}&section=storyboard")
    for key in TABS:
        lab.tab(key)
        lab.page.keyboard.press("p")
        expect(lab.page.get_by_role("group", name="Presenter")).to_be_visible()
        for scheme in ("light", "dark"):
            with subtests.test(tab=key, scheme=scheme):
                dressed(lab, scheme)
                assert lab.grave(colours=None if scheme == "light" else True) == []
                assert sideways(lab.page) == 0
        dressed(lab, "light")
        with subtests.test(tab=key, width=PHONE["width"]):
            lab.page.set_viewport_size(PHONE)
            eventually(lambda: same(sideways(lab.page), 0), lab.page)
        lab.page.set_viewport_size(LAPTOP)
        lab.page.keyboard.press("p")
        expect(lab.page.get_by_role("tab", name=TABS[key], exact=True)).to_be_visible()
