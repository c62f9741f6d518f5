"""Optimizers: SGD, heavy ball and Adam, as PyTorch defines them, on arrays of any shape.

An optimizer holds its settings; what it remembers between updates is a `State` that `start` makes and `update` changes.
On a quadratic, SGD and heavy ball are linear: θ, for heavy ball together with the velocity, goes to A x + b ε for
gradient noise ε. `state_map` and `push` give A and b, from which expectations and long runs are made in large steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
State = tuple[Array, ...]
Map = Sequence[Sequence[Array]]  # the rows of a small matrix, each entry an array over rates and curvatures


class Optimizer(Protocol):
    """What turns gradients into updates."""

    def start(self, shape: tuple[int, ...]) -> State:
        """Return the memory before the first update, for θ of this shape."""
        ...

    def update(self, theta: Array, gradient: Array, lr: Array, t: int, state: State) -> None:
        """Make update `t` (from 0) to `theta`, in place, with a rate `lr` that broadcasts against it."""
        ...

    def edge(self, sharpness: float) -> float | None:
        """Return the rate from which on a constant one diverges at curvature `sharpness`; None if there is none."""
        ...


@dataclass(frozen=True)
class SGD:
    """θ ← θ − η g."""

    def start(self, shape: tuple[int, ...]) -> State:
        """See `Optimizer`; SGD remembers nothing."""
        return ()

    def update(self, theta: Array, gradient: Array, lr: Array, t: int, state: State) -> None:
        """See `Optimizer`."""
        theta -= lr * gradient

    def state_map(self, lr: Array, curvature: Array) -> Map:
        """Return A, which is 1 × 1: the factor 1 − ηλ."""
        return [[1 - lr * curvature]]

    def push(self, lr: Array, curvature: Array) -> Sequence[Array]:
        """Return b: what gradient noise of 1 does to θ."""
        return [-lr + 0 * curvature]

    def edge(self, sharpness: float) -> float:
        """Return 2/λ, where the factor 1 − ηλ reaches −1."""
        return 2 / sharpness


@dataclass(frozen=True)
class HeavyBall:
    """v ← β v + g, θ ← θ − η v: Polyak's momentum in the form of PyTorch's SGD without dampening.

    Attributes:
        beta: β, the share of the velocity that an update keeps.
    """

    beta: float = 0.9

    def __post_init__(self) -> None:
        _require_share("beta", self.beta)

    def start(self, shape: tuple[int, ...]) -> State:
        """See `Optimizer`; the velocity."""
        return (np.zeros(shape),)

    def update(self, theta: Array, gradient: Array, lr: Array, t: int, state: State) -> None:
        """See `Optimizer`."""
        (velocity,) = state
        velocity *= self.beta
        velocity += gradient
        theta -= lr * velocity

    def state_map(self, lr: Array, curvature: Array) -> Map:
        """Return A, which is 2 × 2, for θ and the velocity."""
        like = 0 * lr * curvature
        return [[1 - lr * curvature, like - lr * self.beta], [like + curvature, like + self.beta]]

    def push(self, lr: Array, curvature: Array) -> Sequence[Array]:
        """Return b: what gradient noise of 1 does to θ and to the velocity."""
        like = 0 * lr * curvature
        return [like - lr, like + 1]

    def edge(self, sharpness: float) -> float:
        """Return 2(1 + β)/λ."""
        return 2 * (1 + self.beta) / sharpness


@dataclass(frozen=True)
class Adam:
    """Kingma and Ba's Adam with bias correction: θ ← θ − η m̂ / (√v̂ + ε).

    Attributes:
        beta1: Share of the gradient's average that an update keeps.
        beta2: The same for the average of its square.
        eps: ε, added to the root.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        _require_share("beta1", self.beta1)
        _require_share("beta2", self.beta2)
        if not 0 <= self.eps < np.inf:
            raise ValueError(f"eps={self.eps!r} is not allowed; it must be a finite number from 0")

    def start(self, shape: tuple[int, ...]) -> State:
        """See `Optimizer`; the averages of the gradient and of its square."""
        return np.zeros(shape), np.zeros(shape)

    def update(self, theta: Array, gradient: Array, lr: Array, t: int, state: State) -> None:
        """See `Optimizer`."""
        mean, square = state
        mean *= self.beta1
        mean += (1 - self.beta1) * gradient
        square *= self.beta2
        square += (1 - self.beta2) * gradient * gradient
        root = np.sqrt(square / (1 - self.beta2 ** (t + 1)))
        root += self.eps
        theta -= (lr / (1 - self.beta1 ** (t + 1))) * mean / root

    def edge(self, sharpness: float) -> None:
        """Return None: the step is divided by the gradient's own size, so no rate alone marks where it breaks."""
        return


def apply(matrix: Array, state: Array) -> Array:
    """Return A x for A (n, n, …) and x (n, …); with an axis more in both, the product of two matrices."""
    return reduce(np.add, (matrix[:, j] * state[j] for j in range(len(state))))


def _require_share(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{name}={value!r} is not allowed; it must be a number from 0, below 1")
