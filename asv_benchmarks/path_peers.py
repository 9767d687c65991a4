"""How the packages follow a path of strengths, from large to small.

Adapters like those of single fits, but the ``alpha`` that ``fit`` takes is a list, and
coefficients are of shape (n_alphas, n_features, n_tasks). With squared error there are
no intercepts: data are centred.
"""

import numpy as np
from glm_peers import AdelieGlm, Liblinear, OurGlm, SkglmGlm
from peers import (
    PLENTY,
    Adelie,
    AdelieCovariance,
    Celer,
    Ours,
    ScikitLearn,
    Skglm,
)


def paths_of_squares(problem):
    """Whether a problem is a lasso or an elastic net."""
    return problem.loss == "squared_error"


class OurPath(Ours):
    """The drop-in functions for one design, ``regularization_path`` for one each."""

    bounded = True

    @staticmethod
    def handles(problem):
        return paths_of_squares(problem)

    def fit(self, alphas, tol):
        from mutar_cy import GroupLasso, regularization_path
        from mutar_cy.linear_model import enet_path, lasso_path

        options = dict(tol=tol, max_iter=PLENTY)
        ratio = self.problem.l1_ratio
        y = self.target
        if self.shared and ratio < 1:
            given = dict(alphas=alphas, l1_ratio=ratio, **options)
            return enet_path(self.X, y, **given)[1].T
        if self.shared:
            return lasso_path(self.X, y, alphas=alphas, **options)[1].T
        model = GroupLasso(fit_intercept=False, **options)
        path = regularization_path(model, self.X, self.y, alphas=alphas)
        return path.coefs.transpose(2, 0, 1)

    def coef(self, followed):
        return followed if followed.ndim == 3 else followed[:, :, None]


class OurColdFits(Ours):
    """The same, every strength from nothing."""

    def fit(self, alphas, tol):
        return [super(OurColdFits, self).fit(alpha, tol) for alpha in alphas]

    def coef(self, followed):
        return np.stack([super(OurColdFits, self).coef(model) for model in followed])


class ScikitLearnPath(ScikitLearn):
    loosest = 5e-7

    @staticmethod
    def handles(problem):
        return paths_of_squares(problem) and problem.shared

    def fit(self, alphas, tol):
        given = dict(alphas=alphas, tol=tol, max_iter=PLENTY)
        if self.problem.l1_ratio < 1:
            given["l1_ratio"] = self.problem.l1_ratio
            return self.models.enet_path(self.X, self.target, **given)[1]
        return self.models.lasso_path(self.X, self.target, **given)[1]

    def coef(self, followed):
        return followed.T if followed.ndim == 3 else followed.T[:, :, None]


class Lars(ScikitLearn):
    """The exact path of one target, interpolated at the strengths."""

    @staticmethod
    def handles(problem):
        one = problem.shared and problem.n_tasks == 1 and problem.l1_ratio == 1.0
        return one and paths_of_squares(problem)

    def fit(self, alphas, tol):
        options = dict(method="lasso", alpha_min=min(alphas), max_iter=PLENTY)
        ends, _, coefs = self.models.lars_path(self.X, self.target, **options)
        at = np.searchsorted(-ends, -np.array(alphas)).clip(1, len(ends) - 1)
        share = (ends[at - 1] - alphas) / (ends[at - 1] - ends[at])
        return coefs[:, at - 1] + share * (coefs[:, at] - coefs[:, at - 1])

    def coef(self, followed):
        return followed.T[:, :, None]


class CelerPath(Celer):
    loosest = 1e-4

    @staticmethod
    def handles(problem):
        one = problem.n_tasks == 1 or problem.l1_ratio == 1.0
        return paths_of_squares(problem) and problem.shared and one

    def fit(self, alphas, tol):
        from celer.homotopy import celer_path, mtl_path

        options = dict(alphas=np.array(alphas), tol=tol, max_iter=PLENTY)
        if self.n_tasks == 1:
            options["l1_ratio"] = self.problem.l1_ratio
            return celer_path(self.X, self.target, "lasso", **options)[1][None]
        return mtl_path(self.X, self.y, **options)[1]

    def coef(self, followed):
        return followed.T


class SkglmPath(Skglm):
    """Of one target."""

    def prepare(self):
        super().prepare()
        # Compilation is not part of a path.
        self.fit([0.5 * self.problem.largest], 1e-2)

    @staticmethod
    def handles(problem):
        return paths_of_squares(problem) and problem.shared and problem.n_tasks == 1

    def fit(self, alphas, tol):
        options = dict(tol=tol, fit_intercept=False, max_iter=1000)
        model = self.models.Lasso(**options)
        if self.problem.l1_ratio < 1:
            model = self.models.ElasticNet(l1_ratio=self.problem.l1_ratio, **options)
        return model.path(self.X, self.target, alphas=np.array(alphas))[1]

    def coef(self, followed):
        return followed.T[:, :, None]


class AdeliePath(Adelie):
    loosest = 1e-13

    @staticmethod
    def handles(problem):
        return paths_of_squares(problem) and problem.penalty == "rows"

    def fit(self, alphas, tol):
        import adelie

        options = self.options | dict(
            lmda_path=np.array(alphas) / self.n_tasks,
            alpha=self.problem.l1_ratio,
            tol=tol,
            intercept=False,
        )
        return adelie.grpnet(self.X, self.glm, **options)

    def coef(self, followed):
        dense = followed.betas.toarray()
        return dense.reshape(len(dense), -1, self.n_tasks)


class AdelieCovariancePath(AdelieCovariance):
    loosest = 1e-13

    @staticmethod
    def handles(problem):
        tall = problem.X.shape[0] > 2 * problem.X.shape[-1]
        single = problem.shared and problem.n_tasks == 1
        return paths_of_squares(problem) and single and tall

    def fit(self, alphas, tol):
        self.options["alpha"] = self.problem.l1_ratio
        return super().fit(alphas, tol)

    def coef(self, followed):
        return followed.betas.toarray()[:, :, None]


class OurGlmPath(OurGlm):
    def fit(self, alphas, tol):
        from mutar_cy import regularization_path

        path = regularization_path(self.model(tol), self.X, self.y, alphas=alphas)
        return path.coefs

    def coef(self, followed):
        return followed.T[:, :, None]


class AdelieGlmPath(AdelieGlm):
    def coef(self, followed):
        return followed.betas.toarray()[:, :, None]


class OneByOne:
    """Fits one after another, for packages without paths of these models."""

    def fit(self, alphas, tol):
        return [super(OneByOne, self).fit(alpha, tol) for alpha in alphas]

    def coef(self, followed):
        return np.stack([super(OneByOne, self).coef(model) for model in followed])


class SkglmGlmPath(OneByOne, SkglmGlm):
    pass


class LiblinearPath(OneByOne, Liblinear):
    pass


PATH_PEERS = {
    "mutar_cy": (OurPath, OurGlmPath),
    "mutar_cy:cold": (OurColdFits,),
    "sklearn": (ScikitLearnPath,),
    "sklearn:lars": (Lars,),
    "celer": (CelerPath,),
    "adelie": (AdeliePath, AdelieGlmPath),
    "adelie:cov": (AdelieCovariancePath,),
    "skglm": (SkglmPath, SkglmGlmPath),
    "sklearn:liblinear": (LiblinearPath,),
}
