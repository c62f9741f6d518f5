"""What the package offers: sorted, documented, and light to import."""

import inspect
import subprocess
import sys
from types import ModuleType

import pytest

import schedules


def sort_key(name: str) -> tuple[int, str]:
    """Constants first, then classes, then functions, each by the alphabet."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_public_names_are_sorted_and_listed_once() -> None:
    assert schedules.__all__ == sorted(set(schedules.__all__), key=sort_key)


def test_all_that_the_package_imports_is_public_or_a_module() -> None:
    found = {n for n, v in vars(schedules).items() if not n.startswith("_") and not isinstance(v, ModuleType)}
    assert found == set(schedules.__all__)


def test_every_family_is_a_public_function() -> None:
    for key, family in schedules.FAMILIES.items():
        assert getattr(schedules, key) is family.function
        assert key in schedules.__all__


@pytest.mark.parametrize("name", [name for name in schedules.__all__ if not name.isupper()])
def test_every_public_name_is_documented(name: str) -> None:
    value = getattr(schedules, name)
    doc = inspect.getdoc(value) or ""
    assert doc
    assert not doc.startswith(f"{name}("), "only what the dataclass decorator writes"


def test_every_source_can_be_found_and_cited() -> None:
    for source in schedules.SOURCES.values():
        assert source.title
        assert source.authors
        assert source.year >= 2015
        assert source.identifier
        assert source.url.startswith("https://")


@pytest.mark.parametrize("key", schedules.FAMILIES)
def test_a_familys_signature_says_its_parameters_and_defaults(key: str) -> None:
    family = schedules.FAMILIES[key]
    signature = inspect.signature(family.function)
    assert list(signature.parameters) == ["t", *(spec.name for spec in family.params)]
    for spec in family.params:
        parameter = signature.parameters[spec.name]
        assert parameter.default == spec.default
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY


def test_importing_the_engine_loads_nothing_of_the_page() -> None:
    script = (
        "import schedules, sys; print([m for m in ('app', 'bokeh', 'panel', 'param', 'tornado') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
