"""The formula on the page says what the code does: its LaTeX is read again, evaluated, and compared with the rule."""

import math
import re
from functools import cache
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.parsing.latex import parse_latex

import schedules
from schedules import FAMILIES
from schedules.formula import number, typeset
from schedules.spec import variants
from strategies import params_of

VARIANTS = [
    pytest.param(key, choices, id="-".join([key, *choices.values()]))
    for key, family in FAMILIES.items()
    for choices in variants(family)
]
TOKEN = re.compile(
    r"""\s*(?P<token>
      \d+(?:\.\d+)?
    | \\left(?:\\lfloor|[(|]) | \\right(?:\\rfloor|[)|])
    | \\operatorname\{round\} | \\(?:frac|sqrt|cos|max|min|cdot|times|,)
    | (?:\\(?:eta|gamma|ell|pi)|[A-Za-z])(?:_(?:\{[^}]*\}|\w))?
    | [-+^{},]
    )""",
    re.VERBOSE,
)
FUNCTIONS = {r"\cos": math.cos, r"\max": max, r"\min": min, r"\operatorname{round}": round}
FENCES = {r"\left(": (r"\right)", float), r"\left|": (r"\right|", abs), r"\left\lfloor": (r"\right\rfloor", math.floor)}


@cache
def tokens_of(latex: str) -> tuple[str, ...]:
    found, position = [], 0
    while position < len(latex):
        match = TOKEN.match(latex, position)
        assert match, f"cannot read {latex[position:]!r}"
        found.append(match["token"])
        position = match.end()
    return tuple(found)


class Reader:
    """Reads LaTeX as a person does: sums of products of powers. Nothing in it is the engine's."""

    def __init__(self, latex: str, names: dict[str, float]) -> None:
        self.tokens = [*tokens_of(latex), ""]
        self.names = names
        self.used: set[str] = set()

    def value(self) -> float:
        result = self.sum()
        assert self.tokens == [""], f"left over: {self.tokens}"
        return result

    def next(self, expected: str | None = None) -> str:
        token = self.tokens.pop(0)
        assert expected in (None, token), f"{expected} expected before {token} {self.tokens}"
        return token

    def sum(self) -> float:
        result = self.product()
        while self.tokens[0] in ("+", "-"):
            result = result + self.product() if self.next() == "+" else result - self.product()
        return result

    def product(self) -> float:
        result = self.signed()
        while self.tokens[0] in (r"\cdot", r"\times", r"\,"):
            self.next()
            result *= self.signed()
        return result

    def signed(self) -> float:
        if self.tokens[0] == "-":
            self.next()
            return -self.signed()
        base = self.atom()
        if self.tokens[0] == "^":
            self.next()
            return base ** self.group()
        return base

    def group(self) -> float:
        self.next("{")
        result = self.sum()
        self.next("}")
        return result

    def atom(self) -> float:
        token = self.next()
        if token[0].isdigit():
            return float(token)
        if token == r"\frac":
            above = self.group()
            return above / self.group()
        if token == r"\sqrt":
            return math.sqrt(self.group())
        if token in FENCES:
            closing, function = FENCES[token]
            result = self.sum()
            self.next(closing)
            return function(result)
        if token in FUNCTIONS:
            self.next(r"\left(")
            arguments = [self.sum()]
            while self.tokens[0] == ",":
                self.next()
                arguments.append(self.sum())
            self.next(r"\right)")
            return FUNCTIONS[token](*arguments)
        return self.names[token]


def value_of(latex: str, names: dict[str, float]) -> float:
    return Reader(latex, {r"\pi": math.pi, **names}).value()


class Printed:
    """A printed formula taken apart again: cases, and what their letters stand for."""

    def __init__(self, latex: str) -> None:
        head, *where = latex.split(r", \quad ")
        self.where = dict(line.split(" = ", 1) for line in where)
        body = head.removeprefix(r"\eta(t) = ")
        assert body != head
        self.cases = [(body, "")]
        if body.startswith(r"\begin{cases}"):
            lines = body.removeprefix(r"\begin{cases} ").removesuffix(r" \end{cases}").split(r" \\ ")
            self.cases = [tuple(line.split(" & ")) for line in lines]

    def at(self, t: int, names: dict[str, float]) -> float:
        known = {**names, "t": float(t)}
        for value, condition in self.cases:
            if self.holds(condition, known):
                self.look_up(value, known)
                return value_of(value, known)
        raise AssertionError(f"no case for t = {t}")

    def holds(self, condition: str, known: dict[str, float]) -> bool:
        if condition in ("", r"\text{otherwise}"):
            return True
        left, right = condition.removeprefix(r"\text{if } ").split(" < ")
        self.look_up(right, known)
        return value_of(left, known) < value_of(right, known)

    def look_up(self, latex: str, known: dict[str, float]) -> None:
        """Work out the letters that `latex` uses, from their own definitions."""
        for letter in tokens_of(latex):
            if letter in known or letter not in self.where:
                continue
            if letter in (r"r_{k}", r"\ell_{k}"):
                self.find_cycle(known)
            else:
                self.look_up(self.where[letter], known)
                known[letter] = value_of(self.where[letter], known)

    def find_cycle(self, known: dict[str, float]) -> None:
        """Add up r_k = Σ_{i<k} of the lengths while it is at most the step, as the printed line says."""
        pattern = r"\\sum_\{i<k\} (.+?) \\le (.+) < r_\{k\+1\}"
        found = re.fullmatch(pattern, self.where[r"r_{k}"])
        assert found
        term, step = found.groups()
        assert self.where[r"\ell_{k}"] == term.replace("{i}", "{k}")
        self.look_up(step, known)
        here, start, k = value_of(step, known), 0.0, 0
        length = value_of(term, {**known, "i": 0.0})
        while start + length <= here:
            start, k = start + length, k + 1
            length = value_of(term, {**known, "i": float(k)})
        known[r"r_{k}"], known[r"\ell_{k}"] = start, length


def letters_of(key: str, values: dict[str, Any]) -> dict[str, float]:
    """Values by the letters that stand for them in the formula."""
    return {spec.symbol: values[spec.name] for spec in FAMILIES[key].params if spec.kind != "choice"}


def telling_steps(key: str, values: dict[str, Any]) -> list[int]:
    """Steps of every phase: its ends, its middle, and around all that happens in it."""
    T = values["T"]
    steps = {0, 1, T // 7, T // 3, T // 2, T - 2, T - 1}
    for event in schedules.events(key, **values)[:12]:
        steps |= {event.step - 1, event.step, event.step + 1}
    return sorted(step for step in steps if 0 <= step < T)


def check(key: str, values: dict[str, Any], latex: str, names: dict[str, float], tolerance: float) -> None:
    printed = Printed(latex)
    scale = max(values["eta_max"], values.get("eta_min", 0.0))
    for t in telling_steps(key, values):
        expected = FAMILIES[key].rule(t, **values)
        assert printed.at(t, names) == pytest.approx(expected, rel=tolerance, abs=tolerance * scale), f"t = {t}"


GAMMA_DROPS = {"a": 2.0, r"\gamma": 0.5, "t": 77.0, "T_w": 5.0, "s": 9.0}
# Of all constructs that formulas use, those that SymPy's own reader of LaTeX knows.
READ_BY_SYMPY = [
    (r"\frac{a \cdot \left(t + 1\right)}{T_w}", {"a": 0.3, "t": 7.0, "T_w": 50.0}),
    (r"a \cdot \sqrt{\frac{\max\left(1, T_w\right)}{t + 1}}", {"a": 0.3, "t": 70.0, "T_w": 50.0}),
    (
        r"a \cdot \gamma^{\left\lfloor \frac{t - T_w}{s} \right\rfloor}",
        GAMMA_DROPS,
    ),
    (r"b + \left(a - b\right) \cdot \left(1 - u\right)^{p}", {"a": 2.0, "b": 0.5, "u": 0.3, "p": 1.7}),
    (r"\left|\frac{t}{s} - 2 \cdot c + 1\right|", {"t": 31.0, "s": 10.0, "c": 2.0}),
    (r"1.5 \times 10^{-4} + \left(a - b\right) \cdot \left(\frac{1}{2}\right)^{c - 1}", {"a": 2.0, "b": 0.5, "c": 3.0}),
]


@pytest.mark.parametrize(("latex", "names"), READ_BY_SYMPY)
def test_the_reader_of_these_tests_reads_as_sympy_does(latex: str, names: dict[str, float]) -> None:
    expression = parse_latex(latex, backend="lark")
    by_sympys_names = {name.lstrip("\\").replace("T_w", "T_{w}"): value for name, value in names.items()}
    values = {symbol: by_sympys_names[str(symbol)] for symbol in expression.free_symbols}
    assert value_of(latex, names) == pytest.approx(float(expression.subs(values)), rel=1e-12)


@pytest.mark.parametrize(("key", "choices"), VARIANTS)
@settings(max_examples=20)
@given(data=st.data())
def test_the_formula_in_symbols_is_the_rule(key: str, choices: dict[str, str], data: st.DataObject) -> None:
    family = FAMILIES[key]
    values = data.draw(params_of(family, longest=1_000, **choices))
    latex = typeset(family.rule, family.symbols, values).latex
    check(key, values, latex, letters_of(key, values), 1e-9)


@pytest.mark.parametrize(("key", "choices"), VARIANTS)
@settings(max_examples=20)
@given(data=st.data())
def test_the_formula_with_its_values_put_in_is_the_rule(key: str, choices: dict[str, str], data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key], longest=300, **choices))
    check(key, values, schedules.formula(key, **values), {}, 1e-3)


@pytest.mark.parametrize(("key", "choices"), VARIANTS)
def test_the_formula_with_default_values_is_the_rule_to_six_digits(key: str, choices: dict[str, str]) -> None:
    values = FAMILIES[key].validate(choices)
    check(key, values, schedules.formula(key, **values), {}, 3e-5)


@pytest.mark.parametrize("key", FAMILIES)
def test_the_formula_of_a_family_is_that_of_its_default_choices(key: str) -> None:
    family = FAMILIES[key]
    defaults = {spec.name: spec.default for spec in family.params}
    assert family.formula == typeset(family.rule, family.symbols, defaults).latex


@pytest.mark.parametrize(("key", "choices"), VARIANTS)
@given(data=st.data())
def test_formulas_are_well_formed_for_all_that_sliders_reach(
    key: str, choices: dict[str, str], data: st.DataObject
) -> None:
    values = data.draw(params_of(FAMILIES[key], **choices))
    for latex in (schedules.formula(key, **values), typeset(FAMILIES[key].rule, FAMILIES[key].symbols, values).latex):
        assert latex.startswith(r"\eta(t) = ")
        assert latex.count("{") == latex.count("}")
        assert latex.count(r"\left") == latex.count(r"\right")
        assert "nan" not in latex
        assert "inf" not in latex
        assert not re.search(r"\d[eE][+-]?\d", latex), "an exponent as programs write it"
        assert "}{0}" not in latex, "a division by zero"
        assert not re.search(r"\^\{[^{}]*\}\^", latex), "two exponents on one base"


@pytest.mark.parametrize("key", [key for key, family in FAMILIES.items() if family.has("Tw")])
def test_phases_that_a_run_does_not_reach_are_not_printed(key: str) -> None:
    assert r"\begin{cases}" in schedules.formula(key, T=100, Tw=10)
    assert "T_w" not in schedules.formula(key, T=100, Tw=10)
    unfinished = schedules.formula(key, T=100, Tw=200, eta_max=1.0)
    assert unfinished == r"\eta(t) = \frac{1 \, \left(t + 1\right)}{200}"
    assert r"\text{if } t < 0" not in schedules.formula(key, T=100, Tw=0)


@pytest.mark.parametrize(
    ("value", "latex"),
    [
        (0, "0"),
        (1, "1"),
        (2000, "2000"),
        (999_999, "999999"),
        (1_000_000, "10^{6}"),
        (0.5, "0.5"),
        (3e-4, r"3 \times 10^{-4}"),
        (1e-3, "0.001"),
        (1e-6, "10^{-6}"),
        (1.23456789e-5, r"1.23457 \times 10^{-5}"),
        (-0.25, "-0.25"),
        (1 / 3, "0.333333"),
        (0.9997, "0.9997"),
        (0.99999712, "0.99999712"),
        (0.9, "0.9"),
        (1.0000001, "1"),
    ],
)
def test_numbers_are_typeset_short_and_true(value: float, latex: str) -> None:
    assert number(value) == latex


@given(value=st.floats(1e-15, 1e9) | st.floats(0.5, 1.0))
def test_typeset_numbers_keep_six_digits_and_the_distance_from_one(value: float) -> None:
    text = number(value).replace(r" \times ", "*").replace("10^{", "10**(").replace("}", ")")
    assert float(sympy.sympify(text)) == pytest.approx(value, rel=6e-6)
    if 1e-9 < 1 - value < 0.1:
        assert 1 - float(text) == pytest.approx(1 - value, rel=1e-5)


def branching(t: float, T: int, a: float, b: float) -> float:
    """Use brackets wherever precedence asks for them."""
    u = (t - a) / (T - b)
    if t < a + b:
        return (a - (b - t)) * (a + t) ** 2 - b * (t / (a + 1))
    return (u + a) ** (t - b) / (a * b)


def test_brackets_keep_the_order_of_operations() -> None:
    found = typeset(branching, {"a": "a", "b": "b", "T": "T"}, {})
    for t, T, a, b in ((1, 9, 2.0, 3.0), (6, 9, 1.5, 2.5)):
        names = {"a": a, "b": b, "T": float(T)}
        assert Printed(found.latex).at(t, names) == pytest.approx(branching(t, T, a, b))
        folded = typeset(branching, {}, {"a": a, "b": b, "T": T}, fold=True)
        assert Printed(folded.latex).at(t, {}) == pytest.approx(branching(t, T, a, b), rel=1e-5)


def unprintable(t: float, T: int) -> float:
    return t if t >= T else -t


def test_what_cannot_be_typeset_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="unprintable: cannot typeset"):
        typeset(unprintable, {}, {})
