"""The neural posterior estimation of sbi, unchanged and with its own defaults.

A flow learns p(x | y) from simulated pairs, once for each problem, and is then asked
about every y. The number of pairs may be given as an argument.
"""

import sys
from functools import lru_cache
from tempfile import TemporaryDirectory

import numpy as np
import sbi
import torch
from sbi.inference import NPE
from torch.utils.tensorboard import SummaryWriter

from assay_candidate import Refusal, sampler, serve

PAIRS = int(sys.argv[1]) if len(sys.argv) > 1 else 2000

torch.set_num_threads(1)  # assay runs one process on each processor


@lru_cache(maxsize=16)
def posterior(problem):
    """Learns the same flow in every process, as all its randomness is seeded."""
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    x = problem.prior.sample(PAIRS, rng)
    y = x @ problem.A.T + problem.beta * rng.standard_normal((PAIRS, problem.rows))
    with TemporaryDirectory() as logs:  # rather than in the folder that this runs in
        inference = NPE(show_progress_bars=False, summary_writer=SummaryWriter(logs))
        inference.append_simulations(torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32))
        inference.train()
        return inference.build_posterior()


@sampler(name="npe of sbi", version=sbi.__version__)
def npe(problem, y, n, rng):
    if problem.rows == 0:
        raise Refusal("nothing is measured: there is no y to learn from")
    flow = posterior(problem)
    torch.manual_seed(int(rng.integers(2**63)))
    draws = flow.sample((n,), x=torch.tensor(y, dtype=torch.float32), show_progress_bars=False)
    return draws.double().numpy()


if __name__ == "__main__":
    serve()
