"""The table of claims: badges, scope, the filter, and the sources."""

import pytest
from playwright.sync_api import expect

from app.claims import CHECKED, CLAIMS
from schedules import SOURCES
from ui.lab_page import LabPage

pytestmark = pytest.mark.browser


def test_every_claim_wears_its_badge_and_only_checked_ones_stay_when_asked(lab: LabPage) -> None:
    lab.page.get_by_role("tab", name="Sources").click()
    for key, claim in CLAIMS.items():
        there = lab.page.locator(f"#claim-{key}")
        expect(there.locator("> p")).to_have_text(f"{claim.status} {claim.sentence}")
        there.locator("summary").click()
        expect(there).to_contain_text(claim.scope)
        expect(there).to_contain_text(claim.not_shown)
        if claim.source:
            expect(there.locator("a")).to_have_attribute("href", f"#source-{claim.source}")
            expect(there).to_contain_text(claim.section)
    expect(lab.page.locator("ul.sources > li")).to_have_count(len(SOURCES))
    lab.page.get_by_label("Show only what is source-checked").check()
    checked = [claim.sentence for claim in CLAIMS.values() if claim.status == CHECKED]
    shown = lab.page.locator("#claims > li:not([hidden]) > p").all_inner_texts()
    assert shown == [f"{CHECKED} {sentence}" for sentence in checked]
    expect(lab.page.get_by_text(f"{len(checked)} of {len(CLAIMS)} statements")).to_be_visible()
    for word in ("warmup", "Adam", "inverse square root", "edge of stability"):
        assert not any(word.lower() in sentence.lower() for sentence in shown)
    assert lab.grave("#companion-sources") == []
