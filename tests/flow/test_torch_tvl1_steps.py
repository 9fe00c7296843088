"""The steps of an iteration against the papers, the stop rule against OpenCV's loops."""

import math

import numpy as np
import pytest
import torch

from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS
from pipeline.flow.torch_tvl1.derivatives import forward_gradient
from pipeline.flow.torch_tvl1.iterate import data_step, dual_step, smoothness_step
from pipeline.flow.torch_tvl1.stop import is_asked, is_finished, next_wait, sum_over_pixels
from pipeline.flow.torch_tvl1.warp import Residual

TVL1 = PRESETS["opencv"]
CPU, CUDA = SEMANTICS["opencv_cpu"], SEMANTICS["opencv_cuda"]


def draw(*shape, scale=1.0, seed=0):
    values = np.random.default_rng(seed).standard_normal(shape) * scale
    return torch.from_numpy(values.astype(np.float32))


def draw_residual(seed=0):
    gradient, constant = draw(2, 2, 5, 7, scale=30, seed=seed), draw(2, 5, 7, scale=10, seed=9)
    gradient[:, :, 2] = 0  # a row without texture
    return Residual(gradient, (gradient * gradient).sum(1), constant)


def test_the_data_step_is_the_papers_three_cases():
    residual, flow = draw_residual(), draw(2, 2, 5, 7, scale=0.3, seed=1)
    bound = TVL1.lambda_ * TVL1.theta
    x, y = residual.gradient.double().unbind(1)
    rho = residual.constant + x * flow[:, 0] + y * flow[:, 1]
    norm = x * x + y * y
    factor = torch.where(norm > 0, -rho / norm, 0)
    factor = torch.where(rho < -bound * norm, bound, factor)
    factor = torch.where(rho > bound * norm, -bound, factor)
    wanted = flow + factor.unsqueeze(1) * residual.gradient
    for case in (rho < -bound * norm, rho > bound * norm, rho.abs() < bound * norm):
        assert case.any()
    torch.testing.assert_close(data_step(residual, flow, TVL1).double(), wanted, rtol=0, atol=1e-5)


def test_the_data_step_has_the_least_energy_of_all_near_it():
    residual, flow = draw_residual(), draw(2, 2, 5, 7, scale=0.3, seed=1)

    def energy(v):
        squares = ((v - flow) ** 2).sum(1)
        return (squares / (2 * TVL1.theta) + TVL1.lambda_ * residual.of(v).abs()).double()

    best = data_step(residual, flow, TVL1)
    for seed in range(20):
        other = best + draw(2, 2, 5, 7, scale=0.01, seed=seed)
        assert (energy(best) <= energy(other) + 1e-4).all()


def test_the_smoothness_steps_lower_the_total_variation_energy_to_its_least():
    target = draw(1, 2, 9, 11, scale=0.5)

    def energy(u):
        variation = torch.linalg.vector_norm(forward_gradient(u), dim=2).sum()
        return (variation + ((u - target) ** 2).sum() / (2 * TVL1.theta)).item()

    dual = torch.zeros(1, 2, 2, 9, 11)
    for _ in range(500):
        dual = dual_step(dual, smoothness_step(target, dual, TVL1), TVL1)
    best = smoothness_step(target, dual, TVL1)
    assert torch.linalg.vector_norm(dual, dim=2).max() <= 1 + 1e-5
    assert energy(best) < 0.7 * energy(target)
    for seed in range(20):
        assert energy(best) <= energy(best + draw(1, 2, 9, 11, scale=0.02, seed=seed)) + 1e-3


def plain_cpu_iterations(errors, limit, outer, inner):
    """Count iterations as the loops of optflow/src/tvl1flow.cpp do."""
    error, count = math.inf, 0
    for _ in range(outer):
        if error <= limit:
            break
        for _ in range(inner):
            if error <= limit:
                break
            error, count = errors[count], count + 1
    return count


def plain_cuda_iterations(errors, limit, outer, inner):
    """Count iterations as the loop of cudaoptflow/src/tvl1flow.cpp does."""
    error, previous, count = math.inf, 0.0, 0
    while error > limit and count < outer * inner:
        if limit > 0 and count & 1 and previous < limit:
            error = previous = errors[count]
        else:
            error, previous = math.inf, previous - limit
        count += 1
    return count


@pytest.mark.parametrize(
    ("semantics", "plain"), [(CPU, plain_cpu_iterations), (CUDA, plain_cuda_iterations)]
)
@pytest.mark.parametrize("limit", [0.0, 1.0, 3.5])
def test_the_stop_rule_ends_each_pair_where_opencvs_loops_end(semantics, plain, limit):
    outer, inner = 4, 15
    rng = np.random.default_rng(0)
    falling = 40 * np.exp(-rng.uniform(0.01, 0.3, (50, 1)) * np.arange(outer * inner))
    errors = torch.from_numpy(falling * rng.uniform(0.3, 3, falling.shape))
    ends = torch.full((50,), outer * inner)
    wait = torch.zeros(50, dtype=torch.float64)
    for iteration in range(outer * inner):
        asked = is_asked(iteration, wait, limit, semantics)
        finished = is_finished(asked, errors[:, iteration], limit)
        wait = next_wait(wait, asked, errors[:, iteration], limit)
        ends = torch.where(finished, ends.clamp(max=iteration + 1), ends)
    wanted = [plain(each, limit, outer, inner) for each in errors.tolist()]
    assert ends.tolist() == wanted
    assert limit == 0 or len(set(wanted)) > 5


def test_an_error_of_k_limits_brings_the_next_question_after_about_k_iterations():
    wait = next_wait(
        torch.zeros(1).double(), torch.tensor([True]), torch.tensor([10.0]).double(), 1.0
    )
    questions = []
    for iteration in range(2, 20):
        asked = is_asked(iteration, wait, 1.0, CUDA)
        questions += [iteration] if asked.item() else []
        wait = next_wait(wait, asked, torch.tensor([10.0]).double(), 1.0)
    assert questions == [13]


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (17, 31)])
def test_a_pairs_sum_is_right_and_hangs_on_no_other_pair(size):
    values = draw(5, *size).abs()
    sums = sum_over_pixels(values)
    for pair in range(5):
        assert sums[pair].item() == pytest.approx(math.fsum(values[pair].flatten().tolist()))
        assert sum_over_pixels(values[pair : pair + 1]).item() == sums[pair].item()
