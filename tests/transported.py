"""Masses and kernels as MuTaR's functions take them."""

import numpy as np

from mutar_cy import utils

TIGHT = {"tol": 1e-13, "max_iter": 500}
EPSILON, GAMMA = 0.2, 3.0
POINTS = ["barycenterkl", "barycenterkl_log"]
IMAGES = ["barycenterkl_img", "barycenterkl_img_log"]


def line():
    """Return three bumps and the logarithm of a kernel."""
    i = np.arange(12)
    P = np.stack([np.exp(-((i - c) ** 2) / 4.0) for c in (3, 5, 8)], axis=1)
    return P, -utils.groundmetric(12) / 20 / EPSILON


def pictures(width=5, height=5):
    rows, columns = np.indices((width, height))
    places = [(rows - r) ** 2 + (columns - c) ** 2 for r, c in [(1, 1), (3, 2)]]
    return np.exp(-np.stack(places, axis=2) / 2.0)


def axes(width=5, height=5):
    factors = utils.groundmetric_img(width, height)
    factors = factors if isinstance(factors, list) else [factors, factors]
    return [-M / 4 / EPSILON for M in factors]


def problem_of(name):
    """Return masses and the logarithm of a kernel that a function takes."""
    return line() if name in POINTS else (pictures(), axes()[0])


def log_scalings(name, b):
    with np.errstate(divide="ignore"):
        return b if name.endswith("log") else np.log(b)
