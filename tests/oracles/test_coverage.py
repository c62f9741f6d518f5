import ast
from pathlib import Path

import pytest

from schedules.spec import FAMILIES, variants

pytestmark = pytest.mark.frameworks
HERE = Path(__file__).parent
PAPERS = HERE / "test_papers.py"
# Families, with their choices, that no framework offers: test_papers.py has their rule from its source.
WITHOUT_FRAMEWORK = {
    ("exp_range", "bounds"): "all known code shrinks the amplitude alone; Smith's words are written afresh",
}


def declared(files):
    """Return the family and the choices of every `@….draws(family, …)` in the files, whether they can be run or not."""
    found = []
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "draws":
                words = {word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)}
                found.append((node.args[0].value, words))
    return found


def is_drawn(key, variant, declarations):
    choices = {spec.name for spec in FAMILIES[key].params if spec.kind == "choice"}
    return any(
        family == key and all(variant[name] == words[name] for name in choices & words.keys())
        for family, words in declarations
    )


EVERY = [(key, variant) for key, family in FAMILIES.items() for variant in variants(family)]


@pytest.mark.parametrize(
    ("key", "variant"), EVERY, ids=lambda part: part if isinstance(part, str) else "-".join(part.values())
)
def test_every_family_is_compared_with_a_framework_or_says_why_not(key, variant):
    frameworks = declared(file for file in HERE.glob("test_*.py") if file != PAPERS)
    excepted = (key, *variant.values()) in WITHOUT_FRAMEWORK
    assert is_drawn(key, variant, frameworks) != excepted
    if excepted:
        assert is_drawn(key, variant, declared([PAPERS]))


def test_exceptions_are_families():
    assert WITHOUT_FRAMEWORK.keys() <= {(key, *variant.values()) for key, variant in EVERY}
