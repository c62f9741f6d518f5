"""One server and one browser for all end-to-end tests; a fresh context of the browser for each."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from ensure_browser import find
from ui.lab_page import LabPage, OpenLab
from ui.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the app until the last test is done; whatever its log complains of is a failure."""
    server = Server(tmp_path_factory.mktemp("server") / "log")
    try:
        yield server
        assert server.process.poll() is None, server.log.read_text()
    finally:
        server.stop()
    assert server.trouble() == []


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a headless Chromium."""
    path = find()
    assert path, "no Chromium: `make test` brings one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture
def visit(server: Server, chromium: Browser) -> Iterator[OpenLab]:
    """Return a function that opens the page in a fresh context, and fails the test on what went wrong in any of them.

    Its arguments are a query and options of a browser context.
    """
    visits: list[LabPage] = []

    def visit(query: str = "", **options: Any) -> LabPage:
        visits.append(LabPage(chromium, server.origin, **options))
        return visits[-1].open(query)

    yield visit
    for each in visits:
        each.context.close()
    assert [problem for each in visits for problem in each.problems] == []
    assert [text for each in visits for text in each.dialogs] == []


@pytest.fixture
def lab(visit: OpenLab) -> LabPage:
    """Open the page as a first visitor does, on a laptop."""
    return visit()
