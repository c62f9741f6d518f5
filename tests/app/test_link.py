"""Links: the whole state to the last bit, and nothing but a legal state from anything else."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.link import LONGEST_VALUE, MOST_FIELDS, MOST_NOTICES, SHOWN, brief, decode, encode, exact, parse
from app.model import AXES, MAX_PINS, Case, Lab, own_specs
from app.parts import BELOW, PARTS, TABS
from app.presets import PRESETS
from schedules import FAMILIES, SHARED

NAMES = [
    *("family", "axis", "pin", "tab", "hide", "present", "below", "exercise", *(spec.name for spec in SHARED)),
    *{spec.name for family in FAMILIES.values() for spec in own_specs(family)},
    *(f"{key}.{spec.name}" for key, family in FAMILIES.items() for spec in own_specs(family)),
]
# Texts that a reader may take for numbers, or choke on.
HOSTILE = [
    *(
        "",
        " ",
        "²",
        "½",
        "１２",
        "٣",
        "१",
        "Ⅷ",
        "1_000",
        "1__0",
        "0x10",
        "0b1",
        "1e",
        "e5",
        ".",
        "-",
        "+",
        "--5",
        "5-",
        "1,5",
    ),
    *("nan", "NaN", "-nan", "nan(1)", "1e400x", "None", "null", "true", "True", "[]", "{}", "[[[[[[[[", '{"a":' * 50),
    *("\x00", "5\x00", "\ud800", "\u202e5", "5;6", "5&6", "<img src=x onerror=alert(1)>", "'; DROP TABLE", "../../etc"),
    *("%", "%00", "%zz", "${7*7}", "{{7*7}}", "1" * 401, "9" * 100_000, "(" * 5_000, "1j", "1e5 6", "5 5"),
]
texts = st.text(max_size=30) | st.sampled_from(HOSTILE) | st.floats().map(repr) | st.integers().map(str)
names = (
    st.sampled_from(NAMES)
    | st.text(max_size=30)
    | st.sampled_from(["own", "pins", "notices", "revision", ".", "a.b.c"])
)


def opened(query: str) -> tuple[Lab, list[str]]:
    """Return the page that a link opens, with what it says."""
    lab = Lab()
    lab.restore(*decode(parse(query), Lab()))
    return lab, lab.notices


def bits(state: Mapping[str, Any]) -> str:
    """Return a state so that values are equal only to the last bit, whole numbers in one way."""
    return re.sub(r"(?<![\d.])(\d+)\.0\b", r"\1", repr({**state, "own": dict(sorted(state["own"].items()))}))


def assert_legal(lab: Lab) -> None:
    assert lab.family in FAMILIES
    assert lab.axis in AXES
    assert set(lab.own) == set(FAMILIES)
    for spec in SHARED:
        assert spec.validate(getattr(lab, spec.name)) == getattr(lab, spec.name)
    for key, family in FAMILIES.items():
        assert set(lab.own[key]) == {spec.name for spec in own_specs(family)}
        for spec in own_specs(family):
            assert spec.validate(lab.own[key][spec.name]) == lab.own[key][spec.name]
    assert lab.tab in TABS
    assert lab.tab not in lab.hidden or set(TABS) <= set(lab.hidden)
    assert lab.hidden == [key for key in PARTS if key in lab.hidden]
    assert isinstance(lab.present, bool)
    assert lab.below in BELOW
    assert len(lab.pins) == len(set(lab.pins)) <= MAX_PINS
    for pin in lab.pins:
        FAMILIES[pin.family].validate(dict(pin.values))


def assert_said_well(notices: list[str]) -> None:
    """Assert that notices are few, short, and plain text."""
    assert len(notices) <= MOST_NOTICES + 1
    for notice in notices:
        assert notice.isprintable()
        assert len(notice) < 500
        assert notice.endswith(".")


# The way there and back.


@given(data=st.data())
def test_a_link_brings_back_the_whole_state_to_the_last_bit(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs(200_000).filter(lambda lab: not lab.error))
    back, notices = opened(encode(lab))
    assert notices == []
    assert bits(back.state) == bits(lab.state)
    assert encode(back) == encode(lab)


@given(data=st.data())
def test_the_brief_link_is_no_longer_and_brings_back_the_same_state(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs(200_000).filter(lambda lab: not lab.error))
    back, notices = opened(brief(lab))
    assert (notices, bits(back.state)) == ([], bits(lab.state))
    assert len(brief(lab)) <= len(encode(lab))


def test_the_brief_link_names_only_what_is_not_usual() -> None:
    lab = Lab()
    assert brief(lab) == ""
    lab.assign({"family": "step", "T": 500, "gamma": 0.1})
    assert brief(lab) == "family=step&T=500&gamma=0.1"


@given(st.floats(0, 1e9) | st.integers(0, 10**9))
def test_a_number_in_a_link_is_short_and_exact(value: float) -> None:
    text = exact(value)
    assert float(text) == value
    assert len(text) <= len(repr(value))
    assert quote(text, safe=".") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(3e-5, "3e-5"), (10_000, "10000"), (1e22, "1e22"), (0.1, "0.1"), (1.0, "1"), (0.0, "0"), ("1-sqrt", "1-sqrt")],
)
def test_values_are_written_as_a_person_would(value: float | str, text: str) -> None:
    assert exact(value) == text


def test_the_link_of_a_fresh_page_can_be_read() -> None:
    assert encode(Lab()) == (
        "family=warmup_cosine&T=10000&Tw=500&eta_max=0.0003&eta_min=3e-5&cycle_length=2000&restart_mult=2"
    )


def test_the_example_of_the_design_gives_exactly_its_values() -> None:
    query = "?family=sgdr&T=1000&Tw=0&eta_max=0.1&eta_min=0.001&cycle_length=100&restart_mult=2"
    lab, notices = opened(query)
    assert notices == []
    wanted = {"T": 1000, "Tw": 0, "eta_max": 0.1, "eta_min": 0.001, "cycle_length": 100, "restart_mult": 2}
    assert (lab.family, dict(lab.case.values)) == ("sgdr", wanted)
    assert lab.run.key_values.restarts.tolist() == [100, 300, 700]
    assert {**lab.state, **Lab(family="sgdr", **wanted).state} == lab.state
    assert f"?{encode(lab)}" == query


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_an_example_and_its_pin_come_back(preset: Any) -> None:
    lab = Lab()
    lab.show(preset.case, "log")
    lab.pin()
    back, notices = opened(encode(lab))
    assert (back.state, back.live, notices) == (lab.state, lab.live, [])


def test_nothing_in_a_link_means_a_fresh_page() -> None:
    for query in ("", "?", "&&&", "?&="):
        lab, notices = opened(query)
        assert lab.state == Lab().state
        assert len(notices) == (1 if "=" in query else 0)


@given(data=st.data())
def test_the_order_of_names_does_not_matter(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs(most_pins=1).filter(lambda lab: not lab.error))
    pairs = data.draw(st.permutations(encode(lab).split("&")))
    back, notices = opened("&".join(pairs))
    assert (back.state, notices) == (lab.state, [])


def test_own_values_of_other_families_travel_with_their_key() -> None:
    lab, notices = opened("family=step&gamma=0.25&exponential.gamma=0.99&wsd.decay=1-sqrt")
    assert notices == []
    assert [lab.own[key]["gamma"] for key in ("step", "exponential", "exp_range")] == [0.25, 0.99, 0.9998]
    assert lab.own["wsd"]["decay"] == "1-sqrt"
    assert "wsd.decay=1-sqrt" in encode(lab)


# Anything else.


@given(st.lists(st.tuples(names, texts), max_size=12))
def test_any_names_and_texts_give_a_legal_state_and_plain_notices(pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{quote(name, errors='replace')}={quote(text, errors='replace')}" for name, text in pairs)
    lab, notices = opened(query)
    assert_legal(lab)
    assert_said_well(notices)


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
@example("pin=" + "(" * 5_000)
@example("\ud800=\udfff&family=\ud800")
def test_any_text_as_an_address_gives_a_legal_state(query: str) -> None:
    lab, notices = opened(query)
    assert_legal(lab)
    assert_said_well(notices)


@given(
    st.dictionaries(
        names, st.lists(st.binary(max_size=40) | texts.map(lambda t: t.encode(errors="replace")), max_size=4)
    )
)
def test_any_bytes_of_a_first_visit_give_a_legal_state(query: dict[str, list[bytes]]) -> None:
    state, notices = decode(query, Lab())
    lab = Lab()
    lab.restore(state, notices)
    assert_legal(lab)
    assert_said_well(notices)


@given(data=st.data())
def test_pins_made_of_anything_are_legal_or_ignored(data: st.DataObject) -> None:
    part = st.tuples(names, texts).map(":".join)
    key = st.sampled_from([*FAMILIES, "", "adam"])
    pins = data.draw(st.lists(st.tuples(key, st.lists(part, max_size=8)), max_size=7))
    query = "&".join("pin=" + quote(",".join([key, *parts]), errors="replace") for key, parts in pins)
    lab, notices = opened(query)
    assert_legal(lab)
    assert_said_well(notices)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:30])
@pytest.mark.parametrize("name", ["T", "eta_max", "gamma", "family", "axis", "sweep", "range_test.sweep"])
def test_what_is_no_value_is_ignored_and_said_and_the_rest_is_kept(name: str, text: str) -> None:
    rest = "Tw=7&restart_mult=1.5" if name != "family" else "Tw=7"
    family = {"gamma": "step", "sweep": "range_test"}.get(name)
    query = f"{rest}&{name}={quote(text, errors='replace')}" + (f"&family={family}" if family else "")
    lab, notices = opened(query)
    assert len(notices) == 1
    assert notices[0].startswith(f"The link's {name}=")
    assert "was ignored" in notices[0]
    assert_said_well(notices)
    assert {**lab.state, "Tw": 500, "restart_mult": 2.0, "family": "warmup_cosine"} == Lab().state
    assert lab.Tw == 7


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e400", 1000.0),
        ("inf", 1000.0),
        ("-inf", 1e-12),
        ("-5", 1e-12),
        ("Infinity", 1000.0),
        ("0", 1e-12),
        ("1e-400", 1e-12),
    ],
)
def test_numbers_beyond_what_is_legal_become_the_nearest_and_it_is_said(text: str, value: float) -> None:
    lab, notices = opened(f"eta_max={text}&T=50")
    assert (lab.eta_max, lab.T) == (value, 50)
    assert len(notices) == 1
    assert notices[0].startswith("Peak rate eta_max: ")


@pytest.mark.parametrize(
    ("text", "value"), [(" 50 ", 50), ("+50", 50), ("50.", 50), ("5e1", 50), ("5E+1", 50), ("050", 50), ("500e-1", 50)]
)
def test_numbers_may_be_written_in_any_plain_way(text: str, value: int) -> None:
    lab, notices = opened(f"T={quote(text)}")
    assert (lab.T, notices) == (value, [])


def test_a_part_of_a_step_becomes_the_nearest_step() -> None:
    lab, notices = opened("T=1000.4")
    assert lab.T == 1000
    assert notices == [f"Run length T: 1,000.4 became 1,000, since it must be {SHARED[0].allowed}."]


def test_a_value_beyond_all_floats_is_told_as_it_was_written() -> None:
    lab, notices = opened(f"T=1e999&eta_max={'9' * 390}")
    assert lab.T == 1_000_000
    assert notices[0].startswith("Run length T: 1e999 became 1e6, since")
    assert notices[1].startswith(f"Peak rate eta_max: {'9' * 40}… became 1,000, since")


def test_values_that_conflict_open_the_family_they_name() -> None:
    lab, notices = opened("family=range_test&sweep=exponential&eta_min=0&T=1000&eta_max=0.1")
    assert lab.error == ""
    assert lab.live == lab.case
    assert (lab.family, lab.T, lab.eta_max, lab.eta_min) == ("range_test", 1000, 0.1, 0.0)
    assert notices[0].startswith("The link's sweep was ignored: eta_min=0.0 is not allowed with sweep='exponential'")


def test_of_repeated_names_the_last_good_one_counts() -> None:
    lab, notices = opened("T=5&T=6&T=x")
    assert lab.T == 6
    assert notices == [
        "The link's T=5 was ignored: the link gives it again.",
        "The link's T=x was ignored: it is not a number.",
    ]


def test_notices_are_few_however_much_is_wrong() -> None:
    _lab, notices = opened("&".join(f"a{n}=1" for n in range(MOST_NOTICES + 3)))
    assert len(notices) == MOST_NOTICES + 1
    assert notices[-1] == "3 more parts of the link were ignored or changed."


@pytest.mark.parametrize("part", ["a{n}=1", "T={n}", "pin=x{n}", "&", "={n}"])
def test_a_link_of_very_many_parts_is_read_from_its_beginning(part: str) -> None:
    query = "T=77&family=sgdr&" + "&".join(part.format(n=n) for n in range(50_000))
    lab, notices = opened(query)
    assert lab.family == "sgdr"
    assert_legal(lab)
    assert_said_well(notices)
    assert bool(notices) == (part != "&")


def test_the_longest_link_of_the_page_is_read_whole() -> None:
    lab = Lab()
    lab.assign(
        {f"{k}.{s.name}": s.slider[0] + 1 / 3 for k, f in FAMILIES.items() for s in own_specs(f) if not s.choices}
    )
    assert len(encode(lab).split("&")) + MAX_PINS < MOST_FIELDS
    for family in FAMILIES.values():
        values = [(s.name, s.choices[0] if s.choices else max(s.bounds[0], 1e-300)) for s in family.params]
        assert len(",".join([family.key, *(f"{n}:{exact(v)}" for n, v in values)])) < LONGEST_VALUE - 20 * len(values)


def test_what_is_ignored_is_shown_in_part_and_as_plain_text() -> None:
    _lab, (long, tag) = opened("T=" + "x" * 300 + "&" + quote("a\n\u202eb") + "=" + quote("<b>\x07"))
    assert long == f"The link's T={'x' * SHOWN}… was ignored: it is not a number."
    assert tag == "The link's a··b=<b>· was ignored: it is not known here."


# Pins in links.


def test_pins_come_in_order_once_each_and_no_more_than_can_be_told_apart() -> None:
    lengths = [5, 6, 5, 7, 8, 9, 10]
    lab, notices = opened("&".join(f"pin=constant,T:{T}" for T in lengths))
    assert [dict(pin.values)["T"] for pin in lab.pins] == [5, 6, 7, 8]
    assert len(notices) == 2
    assert all(str(MAX_PINS) in notice for notice in notices)


def test_a_pin_takes_defaults_for_what_it_does_not_say() -> None:
    lab, notices = opened("pin=step,gamma:0.1")
    values = {spec.name: spec.default for spec in FAMILIES["step"].params}
    assert lab.pins == [Case("step", tuple({**values, "gamma": 0.1}.items()))]
    assert notices == []


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        ("", "it names no known family"),
        ("adam,T:5", "it names no known family"),
        ("range_test,eta_min:0,sweep:exponential", "eta_min=0.0 is not allowed"),
        ("sgdr," + "x" * LONGEST_VALUE, "it is too long"),
    ],
    ids=["empty", "unknown", "conflict", "long"],
)
def test_a_pin_that_cannot_be_drawn_is_left_out_with_the_reason(pin: str, reason: str) -> None:
    lab, notices = opened(f"pin={pin}&T=9&pin=constant,T:5")
    assert lab.T == 9
    assert [pin.family for pin in lab.pins] == ["constant"]
    assert len(notices) == 1
    assert reason in notices[0]


def test_what_a_pin_says_beyond_its_family_is_ignored_and_said() -> None:
    lab, notices = opened("pin=constant,T:5,power:3,zzz")
    assert dict(lab.pins[0].values)["T"] == 5
    assert notices == ["The link's pin=power, zzz was ignored: Constant after warmup has no such parameter."]


def test_decoding_leaves_the_fresh_state_alone() -> None:
    fresh = Lab()
    state, _notices = decode(parse("family=step&gamma=0.1&wsd.cooldown=0.5&pin=constant&T=5"), fresh)
    state["own"]["step"]["gamma"] = 0.9
    assert fresh.state == Lab().state
    assert unquote(encode(fresh)) == encode(Lab())


def test_a_link_opens_an_exercise_with_its_seed() -> None:
    lab = Lab()
    lab.open("E4", 123)
    state, notices = decode(parse(encode(lab)), Lab())
    assert (state["exercise"], state["exercise_seed"], notices) == ("E4", 123, [])
    lab.open("", 0)
    assert "exercise" not in encode(lab)


@pytest.mark.parametrize("query", ["exercise=E99", "exercise=<b>", "exercise=", "exercise=E1&exercise_seed=-1"])
def test_a_broken_link_to_an_exercise_says_so(query: str) -> None:
    _state, notices = decode(parse(query), Lab())
    assert len(notices) == 1
    assert "was ignored" in notices[0]


# What stands where.


def test_a_link_without_a_word_of_it_opens_the_lab_with_everything() -> None:
    lab, notices = opened("family=step")
    assert (lab.tab, lab.hidden, lab.present, lab.below, notices) == ("lab", [], False, "loss", [])
    assert not {"tab", "hide", "present", "below"} & parse(encode(lab)).keys()


def test_a_link_names_tab_hidden_parts_and_presenter_mode() -> None:
    lab, notices = opened("tab=practice&hide=toy,compare,T&present=1&below=path")
    assert (lab.tab, lab.hidden, lab.present, lab.below) == ("practice", ["T", "toy", "compare"], True, "path")
    assert notices == []
    assert encode(lab).endswith("&tab=practice&hide=T,toy,compare&present=1&below=path")


def test_an_exercise_opens_its_tab_unless_the_link_names_another_one() -> None:
    assert opened("exercise=E4&exercise_seed=1")[0].tab == "practice"
    lab, _notices = opened("exercise=E4&tab=lab")
    assert lab.tab == "lab"
    assert "tab=lab" in encode(lab)


@pytest.mark.parametrize(
    ("query", "tab", "hidden", "told"),
    [
        ("hide=", "lab", [], "hide="),
        ("hide=nothing,toy,%3Cb%3E", "lab", ["toy"], "hide=nothing,<b>"),
        ("hide=toy,toy,,T", "lab", ["T", "toy"], "hide="),
        ("hide=Toy", "lab", [], "hide=Toy"),
        ("tab=home", "lab", [], "tab=home"),
        ("tab=code&hide=code", "lab", ["code"], "tab=code"),
        ("exercise=E1&hide=practice,toy", "practice", ["toy"], "hide=practice"),
        ("present=yes", "lab", [], "present=yes"),
        ("below=schedule", "lab", [], "below=schedule"),
        (f"hide={','.join(['toy'] * 200)}", "lab", [], "too long"),
    ],
)
def test_what_is_not_on_the_page_is_ignored_and_said(query: str, tab: str, hidden: list[str], told: str) -> None:
    lab, notices = opened(query)
    assert (lab.tab, lab.hidden, lab.present, lab.below) == (tab, hidden, False, "loss")
    assert len(notices) == 1
    assert told in notices[0]
    assert_said_well(notices)


@pytest.mark.parametrize(
    ("query", "tab"),
    [("", "lab"), ("section=math", "lesson"), ("scene=3", "lesson"), ("section=math&tab=lab", "lab"),
     ("section=intuition", "lab"), ("exercise=E9&section=math", "practice")],
)  # fmt: skip
def test_a_link_to_a_place_in_the_lesson_opens_the_lesson(query: str, tab: str) -> None:
    lab = Lab()
    lab.restore(*decode(parse(query), Lab()))
    assert lab.tab == tab
    state, notices = decode(parse(encode(lab)), Lab())
    assert (state["tab"], state["section"], state["scene"], notices) == (tab, lab.section, lab.scene, [])
