"""Every family, chosen in turn on one page."""

import pytest
from playwright.sync_api import expect

import schedules
from ui.lab_page import SEED, LabPage, eventually

pytestmark = pytest.mark.browser

SHARED = {**SEED, "cycle_length": 2_000, "restart_mult": 2.0}


def _case(family: schedules.Family, **changed: object) -> dict[str, object]:
    """Return what a family's parameters are on a page where only `changed` was touched."""
    values = {spec.name: SHARED.get(spec.name, spec.default) for spec in family.params}
    return {**values, **changed}


def test_each_family_draws_the_engines_curve_disables_what_it_lacks_and_brings_controls_of_its_own(
    lab: LabPage, subtests: pytest.Subtests
) -> None:
    shared = {spec.name for spec in schedules.SHARED}
    labels = {spec.label for family in schedules.FAMILIES.values() for spec in family.params if spec.kind == "choice"}
    for key, family in schedules.FAMILIES.items():
        own = [spec for spec in family.params if spec.name not in shared]
        with subtests.test(family=key):
            lab.choose(key)
            lab.shows(key, **_case(family))
            words = lab.in_words()
            for spec in schedules.SHARED:
                lacks = not family.has(spec.name)
                expected = (lacks, f"Not used: this schedule {spec.absent}." if lacks else "")
                assert words["range", spec.label] == words["number", spec.label] == expected
            there = {name for _, name in words}
            there |= {label for label in labels if lab.page.get_by_role("combobox", name=label, exact=True).count()}
            assert there == {spec.label for spec in (*schedules.SHARED, *own)}
            changed: dict[str, object] = {}
            for spec in own:
                if spec.kind == "choice":
                    changed[spec.name] = spec.choices[-1]
                    lab.page.get_by_label(spec.label, exact=True).select_option(spec.choices[-1])
                else:
                    slider = lab.slider(spec.label)
                    before = lab.exact(spec.label).input_value()
                    slider.press("ArrowLeft")
                    expect(lab.exact(spec.label)).not_to_have_value(before)
                    changed[spec.name] = spec.validate(float(lab.exact(spec.label).input_value()))
                    assert float(changed[spec.name]) < float(before)
                lab.draws(key, **_case(family, **changed))


def test_switching_the_family_and_back_loses_nothing(lab: LabPage) -> None:
    lab.choose("step")
    lab.type_exactly("Decay factor gamma", "0.31")
    lab.type_exactly("Steps between drops", "777")
    lab.type_exactly("Tw", "123")
    step = {"T": 10_000, "Tw": 123, "eta_max": 3e-4, "gamma": 0.31, "drop_every": 777}
    lab.shows("step", **step)
    before = lab.controls()
    lab.choose("exponential")
    lab.draws("exponential", T=10_000, Tw=123, eta_max=3e-4)
    lab.type_exactly("Decay factor gamma", "0.998")
    lab.draws("exponential", T=10_000, Tw=123, eta_max=3e-4, gamma=0.998)
    lab.choose("one_cycle")
    lab.draws("one_cycle", T=10_000, eta_max=3e-4)
    lab.choose("step")
    lab.shows("step", **step)
    assert lab.controls() == before
    lab.choose("exponential")
    lab.draws("exponential", T=10_000, Tw=123, eta_max=3e-4, gamma=0.998)


def test_values_that_do_not_go_together_are_told_and_the_curve_stays(lab: LabPage) -> None:
    lab.choose("range_test")
    lab.page.get_by_label("Sweep", exact=True).select_option("exponential")
    kept = {"T": 10_000, "eta_max": 3e-4, "eta_min": 3e-5, "sweep": "exponential"}
    lab.shows("range_test", **kept)
    lab.type_exactly("eta_min", "0")

    def told() -> None:
        assert len(lab.notices) == 1
        assert "eta_min" in lab.notices[0]
        assert "above 0" in lab.notices[0]

    eventually(told, lab.page)
    lab.shows("range_test", **kept)
    lab.type_exactly("eta_min", "1e-6")
    lab.shows("range_test", **{**kept, "eta_min": 1e-6})
    assert lab.notices == []
