"""Names of curves: each tells what sets it apart from those beside it, and nothing else."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model import MAX_PINS, Case, Lab, describe_difference
from app.presets import PRESETS
from schedules import FAMILIES
from schedules.spec import Value
from strategies import values_of

every_family = pytest.mark.parametrize("key", FAMILIES)


@given(data=st.data())
def test_curves_that_differ_are_told_apart(cases: Any, data: st.DataObject) -> None:
    found = data.draw(st.lists(cases(), min_size=1, max_size=MAX_PINS + 1, unique=True))
    names = describe_difference(found)
    assert len(set(names)) == len(names) == len(found)


@every_family
@given(data=st.data())
def test_a_name_holds_exactly_the_parameters_that_differ(key: str, data: st.DataObject) -> None:
    family = FAMILIES[key]
    base: dict[str, Value] = {spec.name: spec.default for spec in family.params}
    changed = data.draw(st.sets(st.sampled_from(list(base)), min_size=1))
    other = dict(base)
    for spec in family.params:
        if spec.name in changed:
            values = values_of(spec).filter(lambda value, default=spec.default: value != default)
            other[spec.name] = data.draw(values)
    for name in describe_difference([Case(key, tuple(base.items())), Case(key, tuple(other.items()))]):
        assert [part.split(" ")[0] for part in name.split(", ")] == [name for name in base if name in changed]


def test_families_are_named_where_they_differ() -> None:
    names = describe_difference([Lab().live, PRESETS[2].case])
    for name, key in zip(names, ("warmup_cosine", "sgdr"), strict=True):
        assert name.startswith(f"{FAMILIES[key].title}, T ")
    assert describe_difference([Lab().live]) == ["Warmup, then cosine"]


def test_values_that_differ_late_are_shown_to_where_they_differ() -> None:
    near = [Case("constant", (("T", 9), ("Tw", 0), ("eta_max", rate))) for rate in (3e-4, 3.0000001e-4)]
    first, second = describe_difference(near)
    assert first != second
    assert all(name.startswith("eta_max ") for name in (first, second))


def test_no_two_families_share_a_title() -> None:
    assert all(one.title != other.title for one, other in itertools.combinations(FAMILIES.values(), 2))
