"""Old and new versions of other packages: what is missing is said."""

import subprocess
import sys

WITHOUT_CALLBACKS = """
import sys
import sklearn.feature_selection, sklearn.model_selection  # which import callbacks
import sklearn.isotonic, sklearn.linear_model, sklearn.multiclass, sklearn.preprocessing
sys.modules["sklearn.callback"] = None  # as before scikit-learn 1.9
import warnings
import numpy as np
from mutar_cy import GroupLasso
rng = np.random.default_rng(0)
X, Y = rng.standard_normal((20, 5)), rng.standard_normal((20, 2))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    plain = GroupLasso(0.1).set_callbacks().fit(X, Y)
    assert not caught, caught
    model = GroupLasso(0.1).set_callbacks(object())
model.fit(X, Y)
assert (model.coef_ == plain.coef_).all() and model.coef_.any()
print(caught[0].filename, caught[0].message)
"""


def test_without_callbacks_fits_are_the_same_and_say_so():
    run = [sys.executable, "-c", WITHOUT_CALLBACKS]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert said.startswith("<string> GroupLasso calls no callbacks, so that its fits")
    assert said.rstrip().endswith("install scikit-learn 1.9 or later.")
