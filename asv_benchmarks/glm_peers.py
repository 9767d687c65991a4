"""How packages fit generalised linear models with an intercept.

Adapters like those of `peers`; coefficients are of shape (n_features, 1).
"""

import numpy as np
from peers import PLENTY, Peer, n_threads


class GlmPeer(Peer):
    """A package that fits Poisson and logistic regressions, with groups of features."""

    @staticmethod
    def handles(problem):
        return problem.loss != "squared_error"

    def prepare(self):
        self.n_features, self.size = self.X.shape[1], self.problem.size
        self.starts = np.arange(0, self.n_features, self.size)
        self.weights = np.full(len(self.starts), np.sqrt(self.size))

    def coef(self, fitted):
        return fitted.coef_.reshape(-1, 1)


class OurGlm(GlmPeer):
    package = "mutar_cy"
    bounded = True

    def model(self, tol):
        """Return an estimator without a strength."""
        from mutar_cy import GroupLasso, GroupLassoClassifier

        groups = self.size if self.size > 1 else None
        options = dict(groups=groups, tol=tol, max_iter=PLENTY)
        if self.problem.loss == "poisson":
            return GroupLasso(loss="poisson", **options)
        return GroupLassoClassifier(**options)

    def fit(self, alpha, tol):
        return self.model(tol).set_params(alpha=alpha).fit(self.X, self.y)


class AdelieGlm(GlmPeer):
    package = "adelie"
    loosest = 1e-6

    def prepare(self):
        import adelie

        super().prepare()
        if self.problem.sparse:
            self.X = adelie.matrix.sparse(self.X, method="naive")
        kinds = {"poisson": adelie.glm.poisson, "logistic": adelie.glm.binomial}
        self.glm = kinds[self.problem.loss](self.y)
        self.options = dict(
            groups=self.starts,
            penalty=self.weights,
            early_exit=False,
            progress_bar=False,
            max_iters=PLENTY,
            n_threads=n_threads(),
        )

    def fit(self, alpha, tol):
        import adelie

        options = self.options | dict(lmda_path=np.atleast_1d(alpha))
        return adelie.grpnet(self.X, self.glm, tol=tol, irls_tol=tol, **options)

    def coef(self, fitted):
        return fitted.betas[-1].toarray().reshape(-1, 1)


class SkglmGlm(GlmPeer):
    """Proximal Newton steps: the fastest of its solvers for these losses."""

    package = "skglm"

    def prepare(self):
        super().prepare()
        # Compilation is not part of a fit.
        SkglmGlm.fit(self, 0.1 * self.problem.largest, 1e-3)

    def groups(self):
        """Return the groups as pointers into indices."""
        edges = np.append(self.starts, self.n_features).astype(np.int32)
        return edges, np.arange(self.n_features, dtype=np.int32)

    def fit(self, alpha, tol):
        from skglm import GeneralizedLinearEstimator, datafits, penalties, solvers

        options = dict(fit_intercept=True, tol=tol, max_iter=1000)
        if self.size == 1:
            kinds = {"poisson": datafits.Poisson, "logistic": datafits.Logistic}
            penalty, solver = penalties.L1(alpha), solvers.ProxNewton(**options)
            datafit = kinds[self.problem.loss]()
        else:
            kinds = {
                "poisson": datafits.PoissonGroup,
                "logistic": datafits.LogisticGroup,
            }
            pointers, indices = self.groups()
            penalty = penalties.WeightedGroupL2(alpha, self.weights, pointers, indices)
            datafit = kinds[self.problem.loss](pointers, indices)
            solver = solvers.GroupProxNewton(**options)
        model = GeneralizedLinearEstimator(datafit, penalty, solver)
        y = self.y if self.problem.loss == "poisson" else 2 * self.y - 1
        return model.fit(self.X, y)


class Liblinear(GlmPeer):
    """scikit-learn's liblinear, whose intercept is penalised next to nothing."""

    package = "sklearn"
    SCALING = 100.0  # of the column of the intercept

    @staticmethod
    def handles(problem):
        return problem.loss == "logistic" and problem.size == 1

    def fit(self, alpha, tol):
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(
            l1_ratio=1.0,
            C=1 / (alpha * len(self.y)),
            solver="liblinear",
            intercept_scaling=self.SCALING,
            tol=tol,
            max_iter=PLENTY,
        )
        return model.fit(self.X, self.y)
