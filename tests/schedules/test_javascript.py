"""The rules as JavaScript: the engine's own rates, in a real browser."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from schedules import FAMILIES, curve
from schedules.javascript import function, script
from strategies import params_of

LONGEST = 2_000
# What a last digit more or less, of a power, a root or a cosine, can come to in a rate, as a share of the greatest one.
ROUNDING = 1e-12
EVERY_RATE = """([key, values]) => Array.from({length: values.T}, (_, t) => rules[key](t, values))"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A page with the rules and nothing else."""
    page = chromium.new_page()
    page.add_script_tag(content=f"window.rules = {script()}")
    yield page
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("key", FAMILIES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_rate_of_every_family_is_the_engines(page: Page, key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key], LONGEST))
    ours = curve(key, **values)
    theirs = np.array(page.evaluate(EVERY_RATE, [key, values]))
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=ROUNDING * ours.max())


@pytest.mark.browser
@pytest.mark.parametrize(("first", "mult"), [(1, 3.0), (50, 1.2), (10, 1.5), (10, 1.01), (1648, 2.153)])
def test_restarts_fall_into_the_same_steps_where_sums_come_near_to_whole_ones(
    page: Page, first: int, mult: float
) -> None:
    values = {"T": 30_000, "Tw": 7, "eta_max": 1.0, "eta_min": 0.0, "cycle_length": first, "restart_mult": mult}
    theirs = np.array(page.evaluate(EVERY_RATE, ["sgdr", values]))
    np.testing.assert_allclose(theirs, curve("sgdr", **values), rtol=0, atol=ROUNDING)


def _sorted(t: float, T: int) -> float:
    return sorted([t, T])[0]


def _tried(t: float, T: int) -> float:
    try:
        return t / T
    except ZeroDivisionError:
        return 0.0


@pytest.mark.parametrize("rule", [_sorted, _tried])
def test_what_has_no_translation_is_refused_with_the_piece(rule: Any) -> None:
    with pytest.raises(TypeError, match="has no translation"):
        function(rule)
