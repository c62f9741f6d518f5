"""What professionals get wrong: code that gives another curve than the one that was wanted, taken from real threads.

Each case has the intended curve as a family with its values, a function that computes what the code really does from
the same values, the code itself, its wrong line and what belongs there. Tests run the code in the library that it is
about, with the wrong line and with the right one.

The threads are issues and pull requests on GitHub. They were read as excerpts, so each story is as the thread's opening
tells it, and may lack what was found out further down; pytorch/pytorch#20124 is known only from code that cites it. The
figures of the curves are computed here, for runs short enough to see the difference; code and words are our own.
"""

from types import MappingProxyType

from schedules.mistakes import huggingface, keras, optax, pytorch, timm
from schedules.mistakes.mistake import Mistake, Thread, collect, first_difference

MISTAKES = MappingProxyType(
    collect(pytorch.MISTAKES, huggingface.MISTAKES, timm.MISTAKES, keras.MISTAKES, optax.MISTAKES)
)

__all__ = ["MISTAKES", "Mistake", "Thread", "first_difference"]
