"""The server goes away and comes back."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ui.lab_page import LabPage, eventually
from ui.server import Server

pytestmark = pytest.mark.browser


def test_a_lost_connection_is_told_and_the_state_comes_back_with_the_server(chromium: Browser, tmp_path: Path) -> None:
    server = Server(tmp_path / "log")
    lab = LabPage(chromium, server.origin, lenient=True)  # the browser's console tells of the loss, as it should
    try:
        lab.open()
        banner = lab.page.get_by_role("alert")
        expect(banner).to_have_count(0)
        lab.type_exactly("T", "2345")
        lab.draws("warmup_cosine", T=2_345)
        server.stop()
        expect(banner).to_be_visible()
        expect(banner).to_contain_text("connection is lost")
        server = Server(tmp_path / "log", server.port)
        expect(banner).to_have_count(0)
        lab.ready()
        eventually(lambda: lab.shows("warmup_cosine", T=2_345), lab.page)
    finally:
        lab.context.close()
        server.stop()
    assert server.trouble() == []
