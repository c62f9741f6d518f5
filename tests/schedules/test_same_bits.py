"""The toy gives the same numbers in each process, and on each processor but for the last bit of numpy's exp."""

import os
import subprocess
import sys

import numpy as np

SCRIPT = """
import sys
import numpy as np
from schedules.expectation import expect
from schedules.optimizers import SGD, Adam, HeavyBall
from schedules.problems import Logistic, Quadratic
from schedules.simulation import simulate
rates = np.outer([0.15, 0.05], 1 - np.arange(500) / 500)
for problem in (Quadratic(10.0, 10.0, 1.0), Logistic(10.0, 10.0), Logistic(10.0, 10.0, batch=8)):
    for optimizer in (SGD(), HeavyBall(0.9), Adam()):
        for every in (1, 8):
            sys.stdout.buffer.write(simulate(problem, optimizer, rates, (0, 1), every).theta.tobytes())
    if isinstance(problem, Quadratic):
        for optimizer in (SGD(), HeavyBall(0.9)):
            sys.stdout.buffer.write(expect(problem, optimizer, rates).loss.tobytes())
"""
QUADRATIC = 3 * 2 * 2 * 2 * (501 + 64) + 2 * 2 * 501  # runs at each step and at each eighth, and expectations


def numbers(without: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Return what another process computes on the quadratic and on logistic regression, `without` some instructions."""
    env = {**os.environ, "NPY_DISABLE_CPU_FEATURES": without}
    found = np.frombuffer(subprocess.check_output([sys.executable, "-c", SCRIPT], env=env))
    return found[:QUADRATIC], found[QUADRATIC:]


def test_the_same_call_gives_the_same_numbers_on_each_processor() -> None:
    umath = np._core._multiarray_umath  # type: ignore[attr-defined]
    switchable = " ".join(name for name in umath.__cpu_dispatch__ if umath.__cpu_features__[name])
    usual, again, plain = numbers(), numbers(), numbers(switchable)
    assert usual[0].tobytes() == again[0].tobytes() == plain[0].tobytes()
    assert usual[1].tobytes() == again[1].tobytes()
    np.testing.assert_allclose(plain[1], usual[1], rtol=1e-10, atol=1e-13)  # numpy has two exp, a last bit apart
