import functools

import numpy as np
import pytest

from oracles.torch_updates import torch
from oracles.training import GIVEN, OWN, PROBLEMS, SEEDS, T, draws_of, ours, trains
from schedules.optimizers import SGD, Adam, HeavyBall
from schedules.problems import Logistic, Quadratic
from schedules.simulation import simulate

jax = pytest.importorskip("jax", reason="jax is not installed")
optax = pytest.importorskip("optax", reason="optax is not installed")

pytestmark = pytest.mark.frameworks
jnp = jax.numpy
PYTORCH, OPTAX = f"PyTorch {torch.__version__}", f"optax {optax.__version__}"
overlapping = [problem for problem in PROBLEMS.values() if isinstance(problem, Logistic) and not problem.random]


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # arrays so small only wait for others
    yield
    torch.set_num_threads(threads)


def torch_loss(problem, theta, draw):
    """Return the loss whose gradient an update uses, summed over the seeds, for `theta` (R, D)."""
    if isinstance(problem, Quadratic):
        loss = (torch.tensor(problem.curvature) * theta**2).sum() / 2
        return loss if draw is None else loss + problem.noise * (torch.tensor(draw) * theta).sum()
    signed = torch.tensor(problem.signed)
    points = signed.expand(len(theta), -1, -1) if draw is None else signed[torch.tensor(draw)]
    return -torch.nn.functional.logsigmoid((points @ theta[:, :, None])[..., 0]).mean(dim=-1).sum()


def torch_optimizer(optimizer, theta):
    if isinstance(optimizer, SGD):
        return torch.optim.SGD([theta], lr=1.0)
    if isinstance(optimizer, HeavyBall):
        return torch.optim.SGD([theta], lr=1.0, momentum=optimizer.beta)
    return torch.optim.Adam([theta], lr=1.0, betas=(optimizer.beta1, optimizer.beta2), eps=optimizer.eps)


def by_torch(problem, optimizer, lr, gradients):
    theta = torch.nn.Parameter(torch.tensor(np.tile(problem.origin, (len(SEEDS), 1))))
    theirs, draws = torch_optimizer(optimizer, theta), draws_of(problem)
    path = np.empty((T, *theta.shape))
    for t in range(T):
        theirs.param_groups[0]["lr"] = float(lr[t])
        if gradients is None:
            theirs.zero_grad()
            torch_loss(problem, theta, None if draws is None else draws[t]).backward()
        else:
            theta.grad = torch.tensor(gradients[t])
        theirs.step()
        path[t] = theta.detach().numpy()
    return path


@trains(PYTORCH, OWN, 1e-12)
def test_a_run_is_that_of_torch_optim_at_each_step(problem, optimizer, lr, gradients):
    return by_torch(problem, optimizer, lr, gradients)


@trains(PYTORCH, GIVEN, 1e-13)
def test_the_same_gradients_move_adam_as_they_do_torch_optim(problem, optimizer, lr, gradients):
    return by_torch(problem, optimizer, lr, gradients)


@functools.cache
def compiled(problem, optimizer, given):
    """Return optax's run as a function of rates, draws and gradients, compiled once for all rates."""

    def loss(theta, draw):
        if isinstance(problem, Quadratic):
            return (problem.curvature * theta**2).sum() / 2 + problem.noise * (draw * theta).sum()
        points = jnp.asarray(problem.signed)[draw]
        return -jax.nn.log_sigmoid((points * theta[:, None]).sum(axis=-1)).mean(axis=-1).sum()

    def run(rates, draws, gradients):
        theirs = {
            SGD: lambda: optax.sgd(lambda t: rates[t]),
            HeavyBall: lambda: optax.sgd(lambda t: rates[t], momentum=optimizer.beta),
            Adam: lambda: optax.adam(lambda t: rates[t], b1=optimizer.beta1, b2=optimizer.beta2, eps=optimizer.eps),
        }[type(optimizer)]()

        def update(memory, now):
            theta, state = memory
            draw, gradient = now
            steps, state = theirs.update(gradient if given else jax.grad(loss)(theta, draw), state)
            theta = optax.apply_updates(theta, steps)
            return (theta, state), theta

        theta = jnp.asarray(np.tile(problem.origin, (len(SEEDS), 1)))
        return jax.lax.scan(update, (theta, theirs.init(theta)), (draws, gradients))[1]

    return jax.jit(run)


def by_optax(problem, optimizer, lr, gradients):
    draws, given = draws_of(problem), gradients is not None
    if draws is None:
        everything = np.zeros(2) if isinstance(problem, Quadratic) else np.arange(len(problem.signed))
        draws = np.tile(everything, (T, len(SEEDS), 1))
    with jax.enable_x64(True):
        return np.asarray(compiled(problem, optimizer, given)(lr, draws, gradients if given else np.zeros(T)))


@trains(OPTAX, OWN, 1e-12)
def test_a_run_is_that_of_optax_at_each_step(problem, optimizer, lr, gradients):
    return by_optax(problem, optimizer, lr, gradients)


@trains(OPTAX, GIVEN, 1e-13)
def test_the_same_gradients_move_adam_as_they_do_optax(problem, optimizer, lr, gradients):
    return by_optax(problem, optimizer, lr, gradients)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("optimizer", [HeavyBall(0.9), Adam(), Adam(0.5, 0.0, 1e-3)], ids=str)
def test_gradients_on_the_way_are_those_of_autograd(problem, optimizer):
    case = PROBLEMS[problem]
    _, theta, gradients = ours(case, optimizer, "triangular")
    draws = draws_of(case)
    for t in range(T):
        there = torch.tensor(theta[t], requires_grad=True)
        (slope,) = torch.autograd.grad(torch_loss(case, there, None if draws is None else draws[t]), there)
        np.testing.assert_allclose(gradients[t], slope.numpy(), rtol=1e-13, atol=2e-15)


@pytest.mark.parametrize("problem", overlapping, ids=lambda problem: problem.classes)
@pytest.mark.parametrize("reach", [0.0, 0.1, 1.0, 10.0, 300.0])
def test_logistic_loss_gradient_and_hessian_are_those_of_autograd(problem, reach):
    rng = np.random.default_rng(0)
    for theta in reach * rng.normal(size=(10, 3)):
        there = torch.tensor(theta, requires_grad=True)

        def loss(at):
            return torch_loss(problem, at[None], None)

        assert float(problem.loss(theta)) == pytest.approx(loss(there).item(), rel=1e-14)
        (slope,) = torch.autograd.grad(loss(there), there)
        np.testing.assert_allclose(problem.gradient(theta), slope.numpy(), rtol=1e-12, atol=1e-15)
        hessian = torch.autograd.functional.hessian(loss, there).numpy()
        np.testing.assert_allclose(problem.hessian(theta), hessian, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("sharpness", "condition"), [(1.0, 1.0), (10.0, 10.0), (5000.0, 100.0)])
def test_the_logistic_minimum_is_that_of_newtons_method_on_autograd(sharpness, condition):
    problem = Logistic(sharpness, condition)
    theta = torch.zeros(3, dtype=torch.float64)

    def loss(at):
        return torch_loss(problem, at[None], None)

    for _ in range(30):
        slope = torch.autograd.functional.jacobian(loss, theta)
        theta = theta - torch.linalg.solve(torch.autograd.functional.hessian(loss, theta), slope)
    np.testing.assert_allclose(problem.minimum(), theta.numpy(), rtol=1e-12)


@pytest.mark.parametrize(("sharpness", "condition"), [(1.0, 1.0), (10.0, 10.0), (5000.0, 100.0)])
def test_the_logistic_minimum_is_that_of_scikit_learn(sharpness, condition):
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    problem = Logistic(sharpness, condition)
    _, classes = problem.points
    theirs = linear.LogisticRegression(C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=1e-13, max_iter=99)
    theirs.fit(problem.signed * classes[:, None], classes)
    np.testing.assert_allclose(problem.minimum(), theirs.coef_[0], rtol=1e-9)


def test_training_on_all_points_ends_at_the_minimum():
    problem = Logistic(10.0, 3.0)
    end = simulate(problem, HeavyBall(0.9), np.full(3000, 1.9 / 10), every=3000).theta[0, 0, -1]
    np.testing.assert_allclose(end, problem.minimum(), rtol=1e-10)
