"""scikit-learn's own tests of what this package has drop-ins for, run with those."""

import importlib.util
from unittest import mock

import pytest
import sklearn.linear_model

from mutar_cy import linear_model as ours

ROOM = "sklearn.linear_model.tests"


def with_ours(name):
    """Run a module of scikit-learn's tests with our classes in place of its own."""
    spec = importlib.util.find_spec(f"{ROOM}.{name}")
    module = importlib.util.module_from_spec(spec)
    own = {public: getattr(ours, public) for public in ours.__all__}
    with mock.patch.multiple(sklearn.linear_model, **own):
        spec.loader.exec_module(module)
    return {key: value for key, value in vars(module).items() if key.startswith("test_")}

pytestmark = [pytest.mark.uncertified("fits of scikit-learn's tests")]
@pytest.fixture
def global_random_seed():
    return 42
globals().update(with_ours("test_coordinate_descent"))
