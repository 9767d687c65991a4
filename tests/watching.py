"""Callbacks of scikit-learn that tests give to fits; scikit-learn 1.9 and later."""

import pytest

try:
    from sklearn.callback import ProgressBar
except ImportError:
    ProgressBar = None

needs_callbacks = pytest.mark.skipif(
    ProgressBar is None, reason="scikit-learn has callbacks from 1.9 on"
)


class Interrupting:
    """Raise KeyboardInterrupt at the first iteration, as Ctrl-C would."""

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context, **data):
        pass

    def on_fit_task_end(self, estimator, context, **data):
        raise KeyboardInterrupt


class Recording(Interrupting):
    """Count what a fit reports."""

    def __init__(self):
        self.calls = []

    def setup(self, estimator, context):
        self.calls.append("setup")

    def teardown(self, estimator, context):
        self.calls.append("teardown")

    def on_fit_task_begin(self, estimator, context, **data):
        self.calls.append("begin")

    def on_fit_task_end(self, estimator, context, **data):
        self.calls.append("end")
