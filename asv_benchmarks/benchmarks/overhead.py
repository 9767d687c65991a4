"""What a call costs when there is next to nothing to solve."""

from benchmarks._problems import alpha_max, make_problem
from mutar_cy import GroupLasso, IndLasso
from mutar_cy.linear_model import Lasso, MultiTaskLasso

STRENGTH = 0.5


class GalleryProblem:
    """scikit-learn's example: 100 samples, 30 features, 40 tasks, with intercepts."""

    param_names = ["estimator"]
    params = (["GroupLasso", "IndLasso", "MultiTaskLasso"],)
    estimators = {e.__name__: e for e in (GroupLasso, IndLasso, MultiTaskLasso)}

    def setup(self, name):
        self.X, self.y, penalty = make_problem("gallery")
        alpha = STRENGTH * alpha_max(self.X, self.y, penalty)
        self.model = self.estimators[name](alpha=alpha)
        self.fitted = self.estimators[name](alpha=alpha).fit(self.X, self.y)

    def time_fit(self, name):
        self.model.fit(self.X, self.y)

    def time_predict(self, name):
        self.fitted.predict(self.X)

    def peakmem_fit(self, name):
        self.model.fit(self.X, self.y)


class ManyLassos:
    """The gallery problem again, as its own loop of one fit per task."""

    def setup(self):
        self.X, self.y, _ = make_problem("gallery")

    def time_loop(self):
        for target in self.y.T:
            Lasso(alpha=STRENGTH).fit(self.X, target)
