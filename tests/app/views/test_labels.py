"""Labels: none covers another, all lie inside, the most important come first."""

import itertools

from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.views.labels import GAP, LINE, Label, Placed, place, text_width

SLACK = 1e-6  # pixels; rounding
sides = st.tuples(st.sampled_from(["left", "center", "right"]), st.floats(-40, 40), st.floats(-40, 40))


@st.composite
def labels_of(draw: st.DrawFn) -> Label:
    anchor, text = (draw(st.floats(0, 1)), draw(st.floats(0, 1))), draw(st.text(max_size=25))
    x, y = draw(st.floats(-50, 1_000)), draw(st.floats(-50, 500))
    offsets = draw(st.none() | st.lists(sides, max_size=4))
    return Label(anchor, x, y, text) if offsets is None else Label(anchor, x, y, text, offsets)


boxes_of = st.tuples(st.floats(0, 900), st.floats(0, 400), st.floats(1, 300), st.floats(1, 100)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)
widths, heights, fonts = st.floats(1, 1_500), st.floats(1, 800), st.floats(4, 40)
many = st.lists(labels_of(), max_size=12)


def box_of(found: Placed, font: float) -> tuple[float, float, float, float]:
    """Return what a placed label covers, worked out anew from the words of its attributes."""
    width = text_width(found.label.text, font)
    left = found.label.x + found.dx - width * {"left": 0, "center": 0.5, "right": 1}[found.align]
    middle = found.label.y + found.dy
    return left, middle - LINE * font / 2, left + width, middle + LINE * font / 2


def apart(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """Tell whether two boxes keep clear of each other."""
    beside = a[2] <= b[0] + SLACK or b[2] <= a[0] + SLACK
    return beside or a[3] <= b[1] + SLACK or b[3] <= a[1] + SLACK


@given(labels=many, width=widths, height=heights, font=fonts, taken=st.lists(boxes_of, max_size=3))
def test_no_label_covers_another_or_what_is_taken(labels, width, height, font, taken) -> None:
    boxes = [*taken, *(box_of(found, font) for found in place(labels, width, height, font, taken))]
    for one, other in itertools.combinations(boxes[len(taken) :], 2):
        assert apart(one, other)
    for box, blocked in itertools.product(boxes[len(taken) :], taken):
        assert apart(box, blocked)


@given(labels=many, width=widths, height=heights, font=fonts)
def test_every_label_lies_inside_but_for_the_gap_at_the_sides(labels, width, height, font) -> None:
    for found in place(labels, width, height, font):
        left, bottom, right, top = box_of(found, font)
        assert -GAP - SLACK <= left <= right <= width + GAP + SLACK
        assert -SLACK <= bottom <= top <= height + SLACK


@given(labels=many, width=widths, height=heights, font=fonts)
def test_labels_keep_their_order_and_stand_at_places_of_their_own(labels, width, height, font) -> None:
    placed = place(labels, width, height, font)
    left = iter(labels)
    assert all(any(found.label is label for label in left) for found in placed)
    assert all((found.align, found.dx, found.dy) in list(found.label.offsets) for found in placed)


@given(labels=many, width=widths, height=heights, font=fonts)
def test_less_important_labels_never_move_more_important_ones(labels, width, height, font) -> None:
    assume(labels)
    whole = place(labels, width, height, font)
    part = place(labels[:-1], width, height, font)
    assert whole[: len(part)] == part
    assert len(whole) <= len(part) + 1


@given(labels=many, width=widths, height=heights, font=fonts)
def test_what_is_placed_fits_again(labels, width, height, font) -> None:
    placed = place(labels, width, height, font)
    assert place([found.label for found in placed], width, height, font) == placed


@given(text=st.text(max_size=30), font=fonts)
@example("", 10.0)
def test_a_longer_text_is_wider(text: str, font: float) -> None:
    assert 0 <= text_width(text, font) < text_width(f"{text}m", font)


def test_a_label_that_fits_nowhere_is_left_out_and_the_next_one_stands() -> None:
    long, short = Label((0, 0), 10, 50, "x" * 100), Label((1, 1), 10, 50, "ok")
    assert [found.label for found in place([long, short], 100, 100, 14)] == [short]


def test_the_second_of_two_at_one_point_takes_the_next_place() -> None:
    first, second = Label((0, 0), 100, 100, "peak"), Label((0, 0), 100, 100, "floor")
    one, other = place([first, second], 300, 200, 14)
    assert (one.align, one.dx, one.dy) == first.offsets[0]
    assert (other.align, other.dx, other.dy) == second.offsets[1]


def test_nothing_to_place_or_nowhere_to_place_it_gives_nothing() -> None:
    assert place([], 100, 100, 14) == []
    assert place([Label((0, 0), 5, 5, "peak", ())], 100, 100, 14) == []
    assert place([Label((0, 0), 5, 5, "peak")], 0, 0, 14) == []
