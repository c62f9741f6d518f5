"""Places labels on a plot so that none covers another: what does not fit is left out, the most important last."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

CHARACTER = 0.54  # of the font size: the mean width of a character of a sans-serif face
LINE = 1.35  # of the font size: the height of a line
GAP = 4.0  # pixels between labels
OBSTACLES = 60  # points of a line that labels keep clear of

# Places beside a point, best first: right above it, left above, one line higher, below.
BESIDE = (("left", 9.0, 13.0), ("right", -9.0, 13.0), ("left", 5.0, 34.0), ("right", -5.0, 34.0), ("left", 9.0, -13.0))


@dataclass(frozen=True)
class Label:
    """A text that belongs to a point.

    Attributes:
        anchor: The point in the units of the axes.
        x: Pixels from the left of the plot to the point.
        y: Pixels from the bottom of the plot to the point.
        text: The text.
        offsets: Where it may stand, best first: (alignment, pixels to the right, pixels up, to its anchor).
    """

    anchor: tuple[float, float]
    x: float
    y: float
    text: str
    offsets: Sequence[tuple[str, float, float]] = BESIDE


@dataclass(frozen=True)
class Placed:
    """A label with the place that was found for it."""

    label: Label
    align: str
    dx: float
    dy: float


Box = tuple[float, float, float, float]


def place(labels: Iterable[Label], width: float, height: float, font: float, taken: Iterable[Box] = ()) -> list[Placed]:
    """Return the labels that fit, the first ones first, each at the first of its places that is free.

    Args:
        labels: What is to be placed, the most important first.
        width: Width of the plot [pixels].
        height: Height of the plot [pixels].
        font: Font size [pixels].
        taken: Boxes that must stay free (left, bottom, right, top) [pixels].
    """
    boxes = list(taken)
    placed = []
    for label in labels:
        for align, dx, dy in label.offsets:
            box = _box(label, align, dx, dy, font)
            inside = box[0] >= -GAP and box[2] <= width + GAP and box[1] >= 0 and box[3] <= height
            if inside and not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                placed.append(Placed(label, align, dx, dy))
                break
    return placed


def place_off(
    line: Iterable[Box], labels: Sequence[Label], needed: int, width: float, height: float, font: float
) -> list[Placed]:
    """Return as `place` does what stands off a line; over it, if there the first `needed` labels do not all fit."""
    placed = place(labels, width, height, font, line)
    off = {id(each.label) for each in placed}
    return placed if all(id(label) in off for label in labels[:needed]) else place(labels, width, height, font)


def around(x: float, y: float, reach: float) -> Box:
    """Return the box that keeps labels so many pixels away from a point."""
    return x - reach, y - reach, x + reach, y + reach


def along(count: int, point: Callable[[int], tuple[float, float]], reach: float) -> list[Box]:
    """Return boxes that keep labels off a line; of its points, which `point` gives [pixels], some are enough."""
    return [around(*point(index), reach) for index in range(0, count, max(1, count // OBSTACLES))]


def text_width(text: str, font: float) -> float:
    """Return about how wide a text is [pixels]."""
    return CHARACTER * font * len(text)


def _box(label: Label, align: str, dx: float, dy: float, font: float) -> Box:
    width = text_width(label.text, font)
    left = label.x + dx - {"left": 0.0, "center": width / 2, "right": width}[align]
    middle = label.y + dy
    return left, middle - LINE * font / 2, left + width, middle + LINE * font / 2


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] + GAP and b[0] < a[2] + GAP and a[1] < b[3] and b[1] < a[3]
