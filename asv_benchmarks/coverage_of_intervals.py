"""Coverage of the intervals of `mutar_cy.inference.desparsify`, by simulation.

Three tasks, five true features at random places, effects and noise standard normal.
Every line is one setting; its draws have seeds from ``--seed`` on. Use seeds that chose
nothing: 5000 to 7100 chose the node-wise penalty and the correction.

    python coverage_of_intervals.py --draws 200
    python coverage_of_intervals.py --only squared --model cv --design equal
"""

import argparse
import warnings
from typing import NamedTuple

import numpy as np
from scipy.stats import kstest

from mutar_cy import (
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoClassifierCV,
    GroupLassoCV,
)
from mutar_cy.inference import desparsify

N_TRUE = 5
# p-values of every 25th null feature: neighbours are correlated, and KS takes them as
# independent.
STEP = 25


class Setting(NamedTuple):
    """Sizes of the tasks, number of features, and penalty strengths to fit at."""

    sizes: tuple
    p: int
    alphas: tuple


SETTINGS = {
    "squared": [
        Setting((90, 70, 60), 50, (0.08, 0.145, 0.25)),
        Setting((200, 200, 200), 50, (0.08, 0.145, 0.25)),
        Setting((200, 200, 200), 300, (0.08, 0.145, 0.25)),
        Setting((90, 70, 60), 300, (0.145, 0.25)),
    ],
    "poisson": [Setting((200, 150, 150), 50, (0.1, 0.2))],
    "logistic": [Setting((400, 300, 300), 50, (0.03, 0.06))],
}


def make_design(rng, n, p, kind):
    """Return standard normal columns: neighbours, or all, have a correlation of .5."""
    e = rng.standard_normal((n, p))
    if kind == "equal":
        return np.sqrt(0.5) * (e + rng.standard_normal((n, 1)))
    for j in range(1, p):
        e[:, j] = 0.5 * e[:, j - 1] + np.sqrt(0.75) * e[:, j]
    return e


def draw(setting, loss, kind, seed):
    """Return designs, targets and true coefficients."""
    rng = np.random.default_rng(seed)
    n_tasks = len(setting.sizes)
    W = np.zeros((setting.p, n_tasks))
    true = rng.choice(setting.p, N_TRUE, replace=False)
    scale = {"squared": 1.0, "poisson": 0.3, "logistic": 0.7}[loss]
    W[true] = scale * rng.standard_normal((N_TRUE, n_tasks))
    X = [make_design(rng, n, setting.p, kind) for n in setting.sizes]
    eta = [x @ w for x, w in zip(X, W.T, strict=True)]
    if loss == "squared":
        y = [v + rng.standard_normal(len(v)) for v in eta]
    elif loss == "poisson":
        y = [rng.poisson(np.exp(v)).astype(float) for v in eta]
    else:
        y = [(rng.random(len(v)) < 1 / (1 + np.exp(-v))).astype(int) for v in eta]
    return X, y, W


def make_model(loss, alpha):
    """Return the model of a setting; alpha None: chosen by cross-validation."""
    if loss == "logistic":
        if alpha is None:
            return GroupLassoClassifierCV(alphas=20, eps=0.05)
        return GroupLassoClassifier(alpha=alpha)
    if alpha is None and loss == "poisson":
        return GroupLassoCV(loss=loss, alphas=20, eps=0.05)
    if alpha is None:
        return GroupLassoCV(alphas=30, eps=0.02)
    return GroupLasso(alpha=alpha, loss="squared_error" if loss == "squared" else loss)


def run(setting, loss, alpha, args):
    """Return coverage of true effects and of zeros, type I, KS p, width and sigma."""
    rows, p_values = [], []
    for seed in range(args.seed, args.seed + args.draws):
        X, y, W = draw(setting, loss, args.design, seed)
        model = make_model(loss, alpha).fit(X, y)
        found = desparsify(
            model, X, y, nodewise_alpha=args.nodewise, correct_df=not args.plain
        )
        low, high = found.interval()
        covered, true = (low <= W) & (high >= W), W.any(axis=1)
        rejected = found.test().p.to_numpy()[~true] < 0.05
        p_values.append(found.p_[~true][::STEP].ravel())
        rows.append(
            (
                covered[true].mean(),
                covered[~true].mean(),
                rejected.mean(),
                found.se_[true].mean(),
                found.sigma_.mean(),
                model.coef_.any(axis=-1).sum() if loss != "logistic" else np.nan,
            )
        )
    ks = kstest(np.concatenate(p_values), "uniform").pvalue
    return [*np.mean(rows, axis=0), ks]


def main():
    """Print one line per setting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20_000)
    parser.add_argument("--only", choices=list(SETTINGS))
    parser.add_argument("--design", choices=["neighbours", "equal"])
    parser.add_argument("--model", choices=["fixed", "cv"], default="fixed")
    parser.add_argument("--size", type=int, help="number of one setting")
    parser.add_argument("--nodewise", type=float)
    parser.add_argument("--plain", action="store_true", help="without correct_df")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    print("loss design sizes p alpha | true zero type-I se sigma selected KS")
    kinds = [args.design] if args.design else ["neighbours", "equal"]
    for loss in [args.only] if args.only else SETTINGS:
        for kind in kinds:
            args.design = kind
            for number, setting in enumerate(SETTINGS[loss]):
                if args.size is not None and number != args.size:
                    continue
                for alpha in setting.alphas if args.model == "fixed" else (None,):
                    found = run(setting, loss, alpha, args)
                    line = " ".join(f"{value:.3f}" for value in found)
                    print(loss, kind, setting.sizes, setting.p, alpha, "|", line)


if __name__ == "__main__":
    main()
