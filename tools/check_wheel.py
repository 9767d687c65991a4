"""Use an installed mutar_cy as a first user does: fit, certify, predict, draw.

``make wheel`` and the workflow of wheels run it where only the wheel and its needs are
installed. Results are compared with NumPy, and with coefficients that are
known. Without matplotlib no picture is drawn, and it says so. The exit status is 1 if
anything differs.
"""

import sys
import tempfile
from importlib.metadata import files, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import scipy
import sklearn

import mutar_cy
from mutar_cy import MTW, GroupLasso, GroupLassoClassifier

ROOT = Path(__file__).parents[1]


def check_place():
    """Raise if the sources beside this file are imported, and not the installation."""
    place = Path(mutar_cy.__file__).resolve()
    if place.is_relative_to(ROOT / "mutar_cy"):
        raise SystemExit(f"{place} is the source folder: install the wheel first.")
    compiled = [str(f) for f in files("mutar_cy") or [] if f.suffix in (".so", ".pyd")]
    stable = sum(".abi3." in name or ".abi3t." in name for name in compiled)
    print(f"mutar_cy {mutar_cy.__version__}, Python {sys.version.split()[0]}")
    print(f"  {place.parent}")
    print(f"  {len(compiled)} compiled modules, {stable} of them for the stable ABI")
    print(f"  numpy {np.__version__}, scipy {scipy.__version__}, ", end="")
    print(f"scikit-learn {sklearn.__version__}")
    if mutar_cy.__version__ != version("mutar_cy") or not compiled:
        raise SystemExit("the version or the compiled modules are not the wheel's")


def simulate():
    """Return designs and targets of three tasks, 5 of 60 features in all of them."""
    rng = np.random.default_rng(0)
    coef = np.zeros((60, 3))
    coef[:5] = rng.uniform(0.5, 1.5, (5, 3))
    X = [rng.standard_normal((n, 60)) for n in (40, 55, 70)]
    y = [
        x @ w + 0.1 * rng.standard_normal(len(x))
        for x, w in zip(X, coef.T, strict=True)
    ]
    return X, y, coef


def relative_gap(model, X, y):
    """Return the duality gap of a fit without intercept, relative to the null loss."""
    residuals = [v - x @ w for x, v, w in zip(X, y, model.coef_.T, strict=True)]
    primal = sum(r @ r / (2 * len(r)) for r in residuals)
    primal += model.alpha * np.linalg.norm(model.coef_, axis=1).sum()
    slopes = [x.T @ r / len(r) for x, r in zip(X, residuals, strict=True)]
    shrink = min(1.0, model.alpha / np.linalg.norm(slopes, axis=0).max())
    dual = sum(
        (shrink * (r @ v) - shrink**2 * (r @ r) / 2) / len(r)
        for r, v in zip(residuals, y, strict=True)
    )
    return (primal - dual) / sum(v @ v / (2 * len(v)) for v in y)


def check_fits():
    """Fit three models to data with known coefficients, and compare."""
    X, y, coef = simulate()
    model = GroupLasso(alpha=0.1, fit_intercept=False, tol=1e-8).fit(X, y)
    gap = relative_gap(model, X, y)
    found = model.get_support().tolist()
    predicted = model.predict(X)[1]
    np.testing.assert_allclose(predicted, X[1] @ model.coef_[:, 1], rtol=1e-10)
    print(f"  GroupLasso: relative gap {gap:.1e}, R2 {np.mean(model.score(X, y)):.3f}")
    if not (-1e-12 < gap <= 1e-8 and found == coef.any(axis=1).tolist()):
        raise SystemExit("GroupLasso is not the minimum, or selects other features")
    labels = [np.where(v > 0, "yes", "no") for v in y]
    classifier = GroupLassoClassifier(alpha=0.05).fit(X, labels)
    accuracy = np.mean(classifier.score(X, labels))
    print(f"  GroupLassoClassifier: accuracy {accuracy:.3f}")
    if accuracy < 0.9:
        raise SystemExit("GroupLassoClassifier does not tell the classes apart")
    transport = MTW(alpha=1.0, beta=0.3).fit(
        np.stack([x[:40] for x in X]), np.stack([v[:40] for v in y])
    )
    largest = np.sort(np.argsort(np.abs(transport.coef_).sum(axis=1))[-5:])
    print(f"  MTW: the features with the largest coefficients are {largest}")
    if largest.tolist() != [0, 1, 2, 3, 4]:
        raise SystemExit("MTW finds other features than those of the simulation")
    return model


def check_picture(model):
    """Draw the support of a fit into a file, if matplotlib is installed."""
    if find_spec("matplotlib") is None:
        print("  no picture: matplotlib is not installed")
        return
    import matplotlib as mpl

    mpl.use("agg")
    from mutar_cy.plotting import SupportDisplay

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "support.png"
        SupportDisplay.from_estimator(model).figure_.savefig(path)
        print(f"  SupportDisplay: a picture of {path.stat().st_size} bytes")
        if path.stat().st_size < 5000:
            raise SystemExit("the picture is empty")


if __name__ == "__main__":
    check_place()
    check_picture(check_fits())
