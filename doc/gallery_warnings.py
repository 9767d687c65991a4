"""Warnings that stop an example of the gallery, in whatever process it runs."""

import warnings

from sklearn.exceptions import ConvergenceWarning


def make_errors(gallery_conf, fname):
    """Make errors of warnings; sphinx-gallery calls this before every example."""
    warnings.filterwarnings("error", category=ConvergenceWarning)
