"""What tests of stability selection compare."""

from numpy.testing import assert_array_equal

FEW = {"n_subsamples": 6, "random_state": 0}
FREQUENCIES = "stability_path_", "task_frequencies_", "selection_frequencies_"


def assert_same(one, other):
    """See that two fitted selections have found the same, to the bit."""
    for name in FREQUENCIES:
        assert_array_equal(getattr(one, name), getattr(other, name))
