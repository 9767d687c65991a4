"""The bridge to MNE-Python: its own mixed norm, and several subjects."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

mne = pytest.importorskip("mne")

from subjects import ACTIVE, N_SOURCES, subject  # noqa: E402

from mutar_cy.mne import mixed_norm_tasks  # noqa: E402

TIGHT = {"tol": 1e-15}


@pytest.mark.parametrize("debias", [False, True])
@pytest.mark.parametrize("depth", [0.0, 0.8])
@pytest.mark.parametrize("loose", [0.0, 1.0])
def test_one_subject_is_the_mixed_norm_of_mne(loose, depth, debias):
    evoked, forward, covariance = subject(1, n_times=8)
    options = {"loose": loose, "depth": depth, "debias": debias}
    theirs = mne.inverse_sparse.mixed_norm(
        evoked,
        forward,
        covariance,
        alpha=60.0,
        maxit=5000,
        tol=1e-13,
        solver="bcd",
        dgap_freq=10,
        verbose="error",
        **options,
    )
    (ours,) = mixed_norm_tasks(
        [evoked], [forward], [covariance], 60.0, **options, **TIGHT
    )
    assert type(ours) is type(theirs)
    assert_array_equal(np.concatenate(ours.vertices), np.concatenate(theirs.vertices))
    assert_allclose(
        ours.data, theirs.data, rtol=0, atol=1e-8 * np.abs(theirs.data).max()
    )
    assert_allclose(ours.times, theirs.times)
    assert 0 < len(ours.data) < N_SOURCES


def test_subjects_keep_their_channels_and_times():
    n_times = [20, 31, 12]
    subjects = [
        subject(seed, 28 + 4 * seed, n, 200.0 + 50 * seed)
        for seed, n in enumerate(n_times)
    ]
    channels = [set(evoked.ch_names) for evoked, *_ in subjects]
    assert len(set.union(*channels)) > len(set.intersection(*channels))
    stcs = mixed_norm_tasks(*zip(*subjects, strict=True), alpha=40.0)
    assert [stc.data.shape[1] for stc in stcs] == n_times
    for stc, (evoked, *_) in zip(stcs, subjects, strict=True):
        assert_allclose(stc.times, evoked.times)
        assert_array_equal(stc.vertices[0], stcs[0].vertices[0])
        assert (np.abs(stc.data).max(axis=1) > 0).all()
    assert_array_equal(stcs[0].vertices[0], sorted(ACTIVE))
    alone = mixed_norm_tasks(*([own] for own in subjects[0]), alpha=40.0)
    assert set(alone[0].vertices[0]) != set(ACTIVE)


def test_copies_of_a_subject_are_the_subject():
    evoked, forward, covariance = subject(1, n_times=8)
    alone = mixed_norm_tasks([evoked], [forward], [covariance], 50.0, **TIGHT)
    twice = mixed_norm_tasks([evoked] * 2, [forward] * 2, [covariance] * 2, **TIGHT)
    for stc in twice:
        assert_allclose(stc.data, alone[0].data, atol=1e-8 * np.abs(stc.data).max())


def test_what_is_wrong_is_named():
    evoked, forward, covariance = subject(1, n_times=8)
    with pytest.raises(ValueError, match="one entry per subject, got 2, 1 and 1"):
        mixed_norm_tasks([evoked] * 2, [forward], [covariance])
    with pytest.raises(ValueError, match=r"alpha=200\.0 is not in percent"):
        mixed_norm_tasks([evoked], [forward], [covariance], alpha=200.0)
    info = mne.create_info([f"MEG{k}" for k in range(32)], 200.0, "eeg")
    renamed = mne.EvokedArray(evoked.data, info, verbose="error")
    with pytest.raises(ValueError, match="No good channel of evoked is in the forward"):
        mixed_norm_tasks([renamed], [forward], [covariance])
    with pytest.warns(UserWarning, match="No source is active with alpha=100"):
        (stc,) = mixed_norm_tasks([evoked], [forward], [covariance], alpha=100.0)
    assert stc.data.shape == (0, 8)
    fixed = mne.convert_forward_solution(
        forward, surf_ori=True, force_fixed=True, verbose="error"
    )
    with pytest.raises(ValueError, match=r"forwards\[1\] has 40 sources with 1 orien"):
        mixed_norm_tasks([evoked] * 2, [forward, fixed], [covariance] * 2)
