"""How the packages of `peers` follow a path of strengths, from large to small.

Each class is an adapter like those of single fits, but the ``alpha`` that ``fit`` takes
is a list, and coefficients are of shape (n_alphas, n_features, n_tasks).
"""

import numpy as np
from peers import PLENTY, Adelie, Celer, Ours, ScikitLearn


class OurPath(Ours):
    """The drop-in functions for one design, ``regularization_path`` for one each."""

    def fit(self, alphas, tol):
        from mutar_cy import GroupLasso, regularization_path
        from mutar_cy.linear_model import lasso_path

        options = dict(tol=tol, max_iter=PLENTY)
        if self.shared:
            return lasso_path(self.X, self.y, alphas=alphas, **options)[1].T
        model = GroupLasso(fit_intercept=False, **options)
        path = regularization_path(model, self.X, self.y, alphas=alphas)
        return path.coefs.transpose(2, 0, 1)

    def coef(self, followed):
        return followed


class OurColdFits(Ours):
    """The same, every strength from nothing."""

    def fit(self, alphas, tol):
        return [super(OurColdFits, self).fit(alpha, tol) for alpha in alphas]

    def coef(self, followed):
        return np.stack([model.coef_ for model in followed])


class ScikitLearnPath(ScikitLearn):
    loosest = 5e-7

    def fit(self, alphas, tol):
        y = self.y[:, 0] if self.n_tasks == 1 else self.y
        options = dict(alphas=alphas, tol=tol, max_iter=PLENTY)
        coefs = self.models.lasso_path(self.X, y, **options)[1]
        return coefs[None] if self.n_tasks == 1 else coefs

    def coef(self, followed):
        return followed.T


class CelerPath(Celer):
    loosest = 1e-4

    def fit(self, alphas, tol):
        from celer.homotopy import celer_path, mtl_path

        options = dict(alphas=np.array(alphas), tol=tol, max_iter=PLENTY)
        if self.n_tasks == 1:
            return celer_path(self.X, self.y[:, 0], "lasso", **options)[1][None]
        return mtl_path(self.X, self.y, **options)[1]

    def coef(self, followed):
        return followed.T


class AdeliePath(Adelie):
    loosest = 1e-13

    def fit(self, alphas, tol):
        import adelie

        options = self.options | dict(
            lmda_path=np.array(alphas) / self.n_tasks, tol=tol
        )
        glm = self.glm
        if self.n_tasks == 1:
            glm = adelie.glm.gaussian(self.y[:, 0])
        return adelie.grpnet(self.X, glm, **options)

    def coef(self, followed):
        dense = followed.betas.toarray()
        return dense.reshape(len(dense), -1, self.n_tasks)


PATH_PEERS = {
    "mutar_cy:path": OurPath,
    "mutar_cy:cold": OurColdFits,
    "sklearn:path": ScikitLearnPath,
    "celer:path": CelerPath,
    "adelie:path": AdeliePath,
}
