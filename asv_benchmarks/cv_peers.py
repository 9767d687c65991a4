"""How packages choose a strength by cross-validation, at their defaults.

Adapters like those of single fits, but nothing is asked of ``fit``: the strengths and
the tolerance are those of the package.
"""

from importlib import import_module

import numpy as np
from peers import Peer, n_threads


def n_jobs():
    """Return how many folds may be fitted at a time."""
    return n_threads() if n_threads() > 1 else None


class CvPeer(Peer):
    """A package with LassoCV, ElasticNetCV and MultiTaskLassoCV.

    celer 0.7.4 has such classes, which fail on scikit-learn 1.9.
    """

    package = "sklearn"
    module = "sklearn.linear_model"

    @staticmethod
    def handles(problem):
        return problem.loss == "squared_error" and problem.shared

    def prepare(self):
        models = import_module(self.module)
        one = "ElasticNetCV" if self.problem.l1_ratio < 1 else "LassoCV"
        self.model = getattr(models, one if self.single else "MultiTaskLassoCV")

    def fit(self, alpha, tol):
        return self.model(n_jobs=n_jobs()).fit(self.X, self.target)

    def coef(self, fitted):
        return np.atleast_2d(fitted.coef_).T


class OurCv(CvPeer):
    package = "mutar_cy"
    module = "mutar_cy.linear_model"


class OwnDesignsCv(Peer):
    """mutar_cy's models of tasks with designs of their own, 30 alphas in five folds."""

    package = "mutar_cy"
    name = "GroupLassoCV"

    @staticmethod
    def handles(problem):
        return not problem.shared

    def fit(self, alpha, tol):
        import mutar_cy

        model = getattr(mutar_cy, self.name)
        options = dict(alphas=30, eps=0.01, cv=5, n_jobs=n_jobs())
        return model(**options).fit(self.X, self.y)

    def coef(self, fitted):
        return fitted.coef_


class ReweightedCv(OwnDesignsCv):
    name = "ReweightedGroupLassoCV"

    def coef(self, fitted):
        """Nothing: no gap bounds how low a non-convex objective can be."""


class Stability(OwnDesignsCv):
    """Twenty halves of the data, twenty strengths each."""

    def fit(self, alpha, tol):
        from mutar_cy import GroupLasso
        from mutar_cy.model_selection import StabilitySelection

        options = dict(alphas=20, n_subsamples=20, random_state=0, n_jobs=n_jobs())
        return StabilitySelection(GroupLasso(), **options).fit(self.X, self.y)

    def coef(self, fitted):
        """Nothing: half a sample is judged by no gap."""


CV_PEERS = {
    "mutar_cy": (OurCv, OwnDesignsCv),
    "mutar_cy:reweighted": (ReweightedCv,),
    "mutar_cy:stability": (Stability,),
    "sklearn": (CvPeer,),
}
