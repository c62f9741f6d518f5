"""Code to paste, looked at without the libraries that it is for; tests/oracles runs it in them."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schedules
from schedules import spec
from schedules.export.text import WIDTH, call, lay_out, listed, literal
from schedules.rule import Rule
from schedules.spec import FAMILIES, WARMUP, Family, Phase
from strategies import params_of, rounding

DEFINED = {
    "pytorch": "make_scheduler",
    "optax": "schedule",
    "keras": "schedule",
    "huggingface": "make_scheduler",
    "timm": "make_scheduler",
}
LIBRARIES = {
    "pytorch": {"torch"},
    "optax": {"jax", "optax"},
    "keras": {"keras"},
    "huggingface": {"torch", "transformers"},
    "timm": {"timm"},
}
REST = 0.75  # share of the run after which the family that a test adds is at rest
STANDARD = {"bisect", "functools", "math"}
ODD = (  # legal, and each an edge of some rule
    {"T": 1, "Tw": 0},
    {"T": 1, "Tw": 1},
    {"T": 2, "Tw": 1},
    {"T": 10, "Tw": 1},
    {"T": 10, "Tw": 8},
    {"T": 10, "Tw": 9},
    {"T": 10, "Tw": 10},
    {"T": 10, "Tw": 15},
    {"T": 1_000_000, "Tw": 0, "eta_max": 0.12345678901234567, "eta_min": 0.012345678901234567},
    {"T": 100, "Tw": 10, "eta_max": 1e-12, "eta_min": 1000.0},
    {"T": 100, "Tw": 10, "eta_min": 0.0, "sweep": "linear"},
    {"T": 300, "Tw": 7, "cycle_length": 5000, "drop_every": 5000},
    {"T": 300, "Tw": 0, "cycle_length": 1, "restart_mult": 1.0, "drop_every": 1},
    {"T": 300, "Tw": 7, "cycle_length": 10, "restart_mult": 1.1},
    {"T": 300, "Tw": 0, "gamma": 0.0, "cooldown": 0.0, "pct_start": 0.0},
    {"T": 300, "Tw": 0, "gamma": 1.0, "cooldown": 1.0, "pct_start": 0.99},
    {"T": 100, "pct_start": 0.01, "decay": "1-sqrt", "shrinks": "bounds", "sweep": "exponential"},
    {"T": 100, "Tw": 0, "decay": "cosine", "power": 0.0},
)

every_target = pytest.mark.parametrize("target", schedules.TARGETS)
every_family = pytest.mark.parametrize("key", FAMILIES)


def own(key: str, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if FAMILIES[key].has(name)}


def imported(tree: ast.Module) -> set[str]:
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return {module.partition(".")[0] for module in modules}


def check(target: str, code: str) -> None:
    tree = ast.parse(code)
    compile(code, "<pasted>", "exec")
    assigned = {t.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets if hasattr(t, "id")}
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert DEFINED[target] in assigned | defined
    comment = code[: code.index("\n" + next(line for line in code.split("\n") if not line.startswith("#")))]
    assert "per batch, not per epoch" in comment.replace("\n#", "")
    assert {"pytorch": "scheduler.step()", "huggingface": "scheduler.step()", "timm": "step_update(t + 1)"}.get(
        target, "learning_rate=schedule"
    ) in comment
    assert max(map(len, code.split("\n"))) <= WIDTH
    assert imported(tree) <= LIBRARIES[target] | STANDARD
    assert imported(tree) & LIBRARIES[target]
    assert code.endswith("\n")
    assert not code.endswith("\n\n")
    assert code.isascii()


@every_target
@every_family
def test_code_compiles_defines_its_name_and_says_when_to_step(target: str, key: str) -> None:
    check(target, schedules.export_code(target, key))
    for values in ODD:
        check(target, schedules.export_code(target, key, **own(key, values)))


@every_target
@every_family
@settings(max_examples=15)
@given(data=st.data())
def test_so_does_code_for_whatever_the_sliders_reach(target: str, key: str, data: st.DataObject) -> None:
    check(target, schedules.export_code(target, key, **data.draw(params_of(FAMILIES[key]))))


@every_target
@every_family
def test_code_names_the_schedule_and_every_value(target: str, key: str) -> None:
    head = schedules.export_code(target, key).replace("\n# ", " ")
    assert head.startswith(f"# {FAMILIES[key].title}: T=10_000, ")
    for param in FAMILIES[key].params:
        assert f"{param.name}=" in head.split("\n")[0]


def rate_in(code: str) -> Callable[[int], float]:
    """Return the function `rate` of code, without the library around it."""
    kept = [
        node
        for node in ast.parse(code).body
        if isinstance(node, ast.FunctionDef) or (isinstance(node, ast.ImportFrom) and node.module in STANDARD)
    ]
    names: dict[str, Any] = {}
    exec(compile(ast.Module(kept, []), "<pasted>", "exec"), names)
    rate: Callable[[int], float] = names["rate"]
    return rate


def compare(family: Family, values: dict[str, Any]) -> None:
    code = schedules.export_code("timm", family.key, **values)
    if "def rate(t)" not in code:
        return
    rate, T = rate_in(code), values["T"]
    ours = schedules.curve(family.key, **values)
    theirs = [rate(t) for t in range(T + 3)]
    np.testing.assert_allclose(theirs[:T], ours, rtol=1e-12, atol=rounding(values))
    assert theirs[T:] == [theirs[T - 1]] * 3


@every_family
@given(data=st.data())
def test_the_rule_as_code_gives_the_curve_and_holds_its_last_rate(key: str, data: st.DataObject) -> None:
    compare(FAMILIES[key], data.draw(params_of(FAMILIES[key], longest=300)))


@every_family
@pytest.mark.parametrize("values", [v for v in ODD if v["T"] < 1000], ids=str)
def test_so_it_does_at_the_edges(key: str, values: dict[str, Any]) -> None:
    compare(FAMILIES[key], {**schedules.run(key, **own(key, values)).values})


def test_the_code_follows_formatters(tmp_path: Path) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        pytest.skip("ruff is not installed")
    for target in schedules.TARGETS:
        for key in FAMILIES:
            for number, values in enumerate(({}, *ODD)):
                code = schedules.export_code(target, key, **own(key, values))
                (tmp_path / f"{target}_{key}_{number}.py").write_text(code)
    command = [ruff, "format", "--isolated", "--line-length", str(WIDTH), "--diff", str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.stdout == ""


def test_functions_and_numbers_of_mathematics_are_imported() -> None:
    assert "from math import cos, pi\n" in schedules.export_code("timm", "warmup_cosine")
    assert "from math import pi\n" in schedules.export_code("keras", "warmup_cosine")


# What is left out


def test_phases_that_a_run_does_not_reach_are_left_out() -> None:
    whole = schedules.export_code("timm", "wsd", T=100, Tw=10, cooldown=0.2)
    assert whole.count("return eta") == 3
    assert schedules.export_code("timm", "wsd", T=100, Tw=0, eta_min=1.0).count("t < Tw") == 0
    only_warmup = schedules.export_code("timm", "wsd", T=100, Tw=100)
    assert "cooldown" not in only_warmup.partition("def rate")[2]
    assert only_warmup.count("return eta") == 1


def test_a_choice_is_settled() -> None:
    for shape in ("linear", "cosine", "1-sqrt"):
        body = schedules.export_code("keras", "wsd", decay=shape).partition("def __call__")[2]
        assert "==" not in body
        assert ("sqrt" in body) == (shape == "1-sqrt")


def test_stock_that_does_not_hold_its_last_rate_says_so() -> None:
    warning = "Made for updates 0 to 9999: past them the last rate does not hold."
    assert warning in schedules.export_code("pytorch", "warmup_cosine")
    assert warning not in schedules.export_code("pytorch", "inverse_sqrt")
    assert warning not in schedules.export_code("optax", "warmup_cosine")


# A new family


@pytest.fixture
def added() -> Iterator[str]:
    """Declare a family with two conditions, constants of its own and of its module, and a phase of two words."""

    @spec.family(
        title="Sagging",
        params=(*FAMILIES["constant"].params, spec.with_default(FAMILIES["step"].params[3], 0.3)),
        phases=(WARMUP, Phase("long fall"), Phase("at rest")),
        sources=("continuous-function-schedules",),
        scope="For this test.",
    )
    def sagging(t: float, T: int, Tw: int, eta_max: float, gamma: float) -> float:
        """Climb, fall, rest."""
        low, high = eta_max * gamma, eta_max
        if t < Tw:
            return eta_max * (t + 1) / Tw
        if t < REST * T:
            u = (t - Tw) / max(1, T - Tw)
            return max(low, high * gamma**u)
        return low

    yield "sagging"
    del spec._REGISTRY["sagging"]


def test_a_new_family_is_exported_at_once(added: str) -> None:
    for values in ({}, {"T": 100, "Tw": 10}, {"T": 100, "Tw": 0}, {"T": 10, "Tw": 20}):
        for target in schedules.TARGETS:
            check(target, schedules.export_code(target, added, **values))
        compare(FAMILIES[added], {**schedules.run(added, **values).values})
    body = schedules.export_code("optax", added, T=100, Tw=10).partition("def schedule(count):\n")[2]
    assert [line.strip() for line in body.split("\n")] == [
        "REST, T, Tw, eta_max, gamma = 0.75, 100, 10, 3e-4, 0.3",
        "t = jnp.minimum(count, T - 1)  # past the end the last rate holds",
        "low, high = (eta_max * gamma, eta_max)",
        "warmup = eta_max * (t + 1) / Tw",
        "u = (t - Tw) / max(1, T - Tw)",
        "long_fall = jnp.maximum(low, high * jnp.exp(log(gamma) * u))",
        "return jnp.where(t < Tw, warmup, jnp.where(t < REST * T, long_fall, low))",
        "",
    ]


def test_a_rule_that_cannot_be_pasted_says_what_stands_in_the_way(added: str) -> None:
    def rule(t: float, T: int, Tw: int, eta_max: float, gamma: float) -> float:
        if t < Tw:
            return eta_max
        if t < T:
            return eta_max * np.float64(gamma)
        return gamma

    changed: Rule = rule
    spec._REGISTRY[added] = spec.replace(FAMILIES[added], rule=changed)
    with pytest.raises(TypeError, match="sagging: the rule uses np, which cannot be pasted"):
        schedules.export_code("timm", added)


# Bad input


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(ValueError, match="target='jax' is not known; it must be one of pytorch, optax, keras"):
        schedules.export_code("jax", "sgdr")
    with pytest.raises(ValueError, match=r"target=\['pytorch'\] is not known"):
        schedules.export_code(["pytorch"], "sgdr")  # type: ignore[arg-type]


@every_target
def test_what_the_engine_refuses_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match="family='cosine' is not known; it must be one of constant"):
        schedules.export_code(target, "cosine")
    with pytest.raises(ValueError, match="Tw=3: triangular has no such parameter"):
        schedules.export_code(target, "triangular", Tw=3)
    with pytest.raises(ValueError, match="T=0 is not allowed"):
        schedules.export_code(target, "sgdr", T=0)
    with pytest.raises(ValueError, match=r"eta_min=0\.0 is not allowed with sweep='exponential'"):
        schedules.export_code(target, "range_test", eta_min=0, sweep="exponential")
    with pytest.raises(ValueError, match="is not allowed; it must be one of 'linear'"):
        schedules.export_code(target, "wsd", decay='linear"; import os; "')


# Source as text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (500, "500"),
        (10_000, "10_000"),
        (1.0, "1.0"),
        (0.0, "0.0"),
        (0.0003, "3e-4"),
        (3e-05, "3e-5"),
        (0.01, "0.01"),
        (0.9997, "0.9997"),
        (1e9, "1e9"),
        (12345.678, "1.2345678e4"),
        (0.00012345678901234567, "1.2345678901234567e-4"),
    ],
)
def test_numbers_are_short(value: float, expected: str) -> None:
    assert literal(value) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_to_the_last_bit(value: float) -> None:
    assert ast.literal_eval(literal(value)) == value
    assert type(ast.literal_eval(literal(value))) is float


def test_a_call_is_broken_where_it_does_not_fit() -> None:
    short = call("f", "x", y=listed(["1", "2"]))
    assert lay_out("a = ", short) == "a = f(x, y=[1, 2])"
    long = call("f", "x" * 60, y=call("g", "y" * 60, "z"))
    assert lay_out("return ", long, depth=1).split("\n") == [
        "    return f(",
        f"        {'x' * 60},",
        f"        y=g({'y' * 60}, z),",
        "    )",
    ]
