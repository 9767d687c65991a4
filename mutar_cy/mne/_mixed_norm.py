"""The mixed-norm estimate of several subjects: sources that all subjects share."""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy._lib import import_mne, warn_user
from mutar_cy.estimators import GroupLasso, alpha_max

# MNE-Python's own weights of depth in sparse estimates; see mne.inverse_sparse.
DEPTH = {"limit": None, "limit_depth_chs": "whiten", "combine_xyz": "fro"}


class Subject(NamedTuple):
    """The whitened problem of a subject, in units of weighted sources.

    Attributes
    ----------
    gain : ndarray of shape (rank, n_sources * n_orient)
        The whitened forward operator, its columns multiplied by ``scale``.
    data : ndarray of shape (rank, n_times)
        The whitened measurements.
    scale : ndarray of shape (n_sources * n_orient,)
        The units of the sources.
    src : mne.SourceSpaces
        Where the sources are.
    evoked : mne.Evoked
        The measurements, for times and the name of the subject.
    n_orient : int
        1 for fixed orientations, otherwise 3.
    """

    gain: Any
    data: Any
    scale: Any
    src: Any
    evoked: Any
    n_orient: int

    @property
    def n_sources(self):
        """The number of places."""
        return self.gain.shape[1] // self.n_orient


def mixed_norm_tasks(
    evokeds,
    forwards,
    noise_covs,
    alpha=50.0,
    *,
    loose="auto",
    depth=0.8,
    debias=True,
    rank=None,
    max_iter=10_000,
    tol=1e-6,
):
    r"""Estimate sources that are active at the same places in all subjects.

    The mixed-norm estimate (MxNE) of MNE-Python with several subjects. Whitened
    measurements :math:`M_k` and gains :math:`G_k` of subject k give

    .. math::

        \min_X \sum_k \tfrac12 \|M_k - G_k X_k\|_F^2
        + \lambda \sum_g \sqrt{\sum_k \|X_k[g]\|_F^2},

    where g are places: a place is active in all subjects or in none. Channels, times
    and sampling rates are the subject's own; nothing is cut to what the subjects have
    in common. With one subject it is ``mne.inverse_sparse.mixed_norm``.

    Parameters
    ----------
    evokeds : sequence of mne.Evoked
        The measurements, one per subject.
    forwards : sequence of mne.Forward
        The forward operators. All need the same number of sources, in the same order:
        a source space that is morphed from one brain to all others, for instance by
        ``mne.morph_source_spaces``.
    noise_covs : sequence of mne.Covariance
        The noise covariances, which whiten measurements and gains.
    alpha : float, default=50.0
        The penalty strength in percent of the least one with which no source is active,
        above 0 and at most 100.
    loose : float or "auto", default="auto"
        The weight of tangential against normal orientations, as MNE-Python has it:
        0 for fixed, 1 for free orientations. "auto" is 0 if a forward operator has
        fixed orientations, otherwise 0.2 on surfaces and 1 elsewhere.
    depth : float, default=0.8
        The exponent of the weights that favour deep sources; 0 for none.
    debias : bool, default=True
        Multiply the time courses of every active source by a factor at least 1 that
        undoes the shrinkage, subject by subject.
    rank : None, dict, "info" or "full", default=None
        The rank of the noise covariances, as MNE-Python takes it.
    max_iter : int, default=10_000
        Maximum number of passes over the sources.
    tol : float, default=1e-6
        The fit ends when the duality gap is below this fraction of the loss without
        sources.

    Returns
    -------
    stcs : list of mne.SourceEstimate
        The active sources of every subject at its own times; orientations are combined
        to a length where they are free. With other source spaces the class is another
        (`mne.VolSourceEstimate`).

    Raises
    ------
    ImportError
        If MNE-Python is not installed.
    ValueError
        If the sequences differ in length, alpha is out of range, source spaces differ
        in the number of sources, or no channel is in measurements, forward operator
        and noise covariance.

    Warns
    -----
    UserWarning
        If no source is active.

    See Also
    --------
    GroupLasso : The model that is fitted.

    References
    ----------
    A. Gramfort, M. Kowalski, M. Hämäläinen, "Mixed-norm estimates for the M/EEG inverse
    problem using accelerated gradient methods", Physics in Medicine and Biology 57(7),
    2012, section 2.2. H. Janati, T. Bazeille, B. Thirion, M. Cuturi, A. Gramfort,
    "Multi-subject MEG/EEG source imaging with sparse multi-task regression", NeuroImage
    220, 2020, section 2.4.

    Examples
    --------
    Two subjects with other channels and times; sources 2 and 7 are active.

    >>> import mne
    >>> import numpy as np
    >>> from mutar_cy.mne import mixed_norm_tasks
    >>> rng = np.random.default_rng(0)
    >>> cap = mne.channels.make_standard_montage("easycap-M1")
    >>> radial = rng.standard_normal((15, 3))
    >>> radial /= np.linalg.norm(radial, axis=1)[:, np.newaxis]
    >>> def simulate(channels, n_times):
    ...     info = mne.create_info(channels, 100.0, "eeg").set_montage(cap)
    ...     head = mne.make_sphere_model("auto", "auto", info, verbose="error")
    ...     places = {"rr": head["r0"] + 0.06 * radial, "nn": radial}
    ...     src = mne.setup_volume_source_space(pos=places, verbose="error")
    ...     forward = mne.make_forward_solution(
    ...         info, None, src, head, meg=False, verbose="error"
    ...     )
    ...     forward = mne.convert_forward_solution(
    ...         forward, force_fixed=True, verbose="error"
    ...     )
    ...     waves = 1e-8 * rng.standard_normal((2, n_times))
    ...     data = forward["sol"]["data"][:, [2, 7]] @ waves
    ...     data += 1e-7 * rng.standard_normal(data.shape)
    ...     evoked = mne.EvokedArray(data, info, verbose="error")
    ...     evoked.set_eeg_reference(projection=True, verbose="error")
    ...     noise = mne.make_ad_hoc_cov(info, {"eeg": 1e-7}, verbose="error")
    ...     return evoked, forward, noise
    >>> subjects = [simulate(cap.ch_names[:30], 10), simulate(cap.ch_names[20:], 14)]
    >>> evokeds, forwards, noise_covs = zip(*subjects)
    >>> stcs = mixed_norm_tasks(evokeds, forwards, noise_covs, alpha=40.0)
    >>> for stc in stcs:
    ...     print(stc.vertices[0], stc.data.shape)
    [2 7] (2, 10)
    [2 7] (2, 14)
    """
    mne = import_mne("mixed_norm_tasks")
    check_arguments(evokeds, forwards, noise_covs, alpha)
    subjects = [
        whiten(mne, *own, loose, depth, rank)
        for own in zip(evokeds, forwards, noise_covs, strict=True)
    ]
    check_sources(subjects)
    coef = solve(subjects, alpha, max_iter, tol)
    n_orient = subjects[0].n_orient
    active = coef.reshape(-1, n_orient * coef.shape[1] * coef.shape[2]).any(axis=1)
    if not active.any():
        warn_user(f"No source is active with alpha={alpha:g}: take a smaller one.")
    return [
        source_estimate(mne, subject, coef[:, k], active, debias)
        for k, subject in enumerate(subjects)
    ]


def check_arguments(evokeds, forwards, noise_covs, alpha):
    """Raise if there is not one of each per subject, or alpha is not in percent."""
    counts = len(evokeds), len(forwards), len(noise_covs)
    if len(set(counts)) > 1 or not counts[0]:
        raise ValueError(
            "evokeds, forwards and noise_covs need one entry per subject, got "
            f"{counts[0]}, {counts[1]} and {counts[2]}."
        )
    if not 0 < alpha <= 100:
        raise ValueError(
            f"alpha={alpha!r} is not in percent of the least one without active "
            "sources: it has to be above 0 and at most 100."
        )


def check_sources(subjects):
    """Raise if the subjects' sources do not correspond."""
    first = subjects[0]
    for k, subject in enumerate(subjects):
        pair = (subject.n_sources, subject.n_orient)
        if pair != (first.n_sources, first.n_orient):
            raise ValueError(
                f"forwards[{k}] has {pair[0]} sources with {pair[1]} orientations, "
                f"forwards[0] has {first.n_sources} with {first.n_orient}: compute all "
                "on one source space, for instance with mne.morph_source_spaces."
            )


def whiten(mne, evoked, forward, noise_cov, loose, depth, rank):
    """Return the problem of a subject as mne.inverse_sparse.mixed_norm poses it."""
    forward = forward.copy()
    if loose == "auto":
        fixed = forward["source_ori"] == 1  # FIFF.FIFFV_MNE_FIXED_ORI
        loose = 0.0 if fixed else 0.2 if forward["src"].kind == "surface" else 1.0
    if loose < 1 and forward["source_ori"] != 1 and not forward["surf_ori"]:
        mne.convert_forward_solution(
            forward, surf_ori=True, copy=False, verbose="error"
        )
    if loose == 0 and forward["source_ori"] != 1:
        mne.convert_forward_solution(
            forward, surf_ori=True, force_fixed=True, copy=False, verbose="error"
        )
    forward, info = common_channels(mne, evoked, forward, noise_cov)
    names, prior = info["ch_names"], 1.0
    options = {"rank": rank, "verbose": "error"}
    if depth:
        prior = mne.forward.compute_depth_prior(
            forward, info, exp=depth, noise_cov=noise_cov, **DEPTH, **options
        )
    if loose > 0:
        prior = prior * mne.forward.compute_orient_prior(
            forward, loose=loose, verbose="error"
        )
    noise_cov = mne.cov.prepare_noise_cov(noise_cov, evoked.info, names, **options)
    matrix, _ = mne.cov.compute_whitener(
        noise_cov, evoked.info, names, pca=True, **options
    )
    gain = matrix @ forward["sol"]["data"]
    scale = np.sqrt(prior) * np.ones(gain.shape[1])
    rows = [evoked.ch_names.index(name) for name in names]
    n_orient = 1 if forward["source_ori"] == 1 else 3
    data = matrix @ evoked.data[rows]
    return Subject(gain * scale, data, scale, forward["src"], evoked, n_orient)


def common_channels(mne, evoked, forward, noise_cov):
    """Return forward operator and info with the good channels that all three have."""
    bads = {*evoked.info["bads"], *noise_cov["bads"]}
    known = set(forward["sol"]["row_names"]) & set(noise_cov["names"])
    names = [name for name in evoked.ch_names if name in known - bads]
    if not names:
        raise ValueError(
            "No good channel of evoked is in the forward operator and in the noise "
            f"covariance: evoked has {evoked.ch_names[:3]}, the forward operator "
            f"{list(forward['sol']['row_names'][:3])}, the covariance "
            f"{list(noise_cov['names'][:3])}."
        )
    picks = [evoked.ch_names.index(name) for name in names]
    forward = forward.pick_channels(names, ordered=True)
    return forward, mne.pick_info(evoked.info, picks)


def solve(subjects, alpha, max_iter, tol):
    """Return the coefficients, of shape (n_sources * n_orient, n_subjects, n_times).

    Subjects with fewer times are filled up with zeros, whose coefficients are zero at
    the minimum: the derivative of the loss is zero there, and any other value costs.
    """
    n_times = max(subject.data.shape[1] for subject in subjects)
    X = [np.ascontiguousarray(subject.gain) for subject in subjects]
    y = [
        np.pad(subject.data, ((0, 0), (0, n_times - subject.data.shape[1])))
        for subject in subjects
    ]
    model = GroupLasso(
        groups=None if subjects[0].n_orient == 1 else 3,
        fit_intercept=False,
        max_iter=max_iter,
        tol=tol,
        # The loss is a sum over whitened channels, whose variances are 1, not a mean.
        task_weight=[len(x) for x in X],
    )
    model.set_params(alpha=alpha / 100 * alpha_max(model, X, y))
    coef = model.fit(X, y).coef_
    return coef.reshape(coef.shape[0], len(X), n_times)


def source_estimate(mne, subject, coef, active, debias):
    """Return the active sources of a subject in their own unit, at its own times."""
    n_orient, n_times = subject.n_orient, subject.data.shape[1]
    columns = np.repeat(active, n_orient)
    values = coef[columns, :n_times].copy()
    if debias and active.any():
        from mne.inverse_sparse.mxne_debiasing import compute_bias

        factors = compute_bias(
            subject.data,
            subject.gain[:, columns],
            values,
            n_orient=n_orient,
            verbose="error",
        )
        values *= factors[:, np.newaxis]
    values *= subject.scale[columns, np.newaxis]
    if n_orient == 3:
        values = np.linalg.norm(values.reshape(-1, 3, n_times), axis=1)
    ends = np.cumsum([0] + [len(space["vertno"]) for space in subject.src])
    vertices = [
        space["vertno"][active[start:stop]]
        for space, start, stop in zip(subject.src, ends[:-1], ends[1:], strict=True)
    ]
    kinds = {"surface": mne.SourceEstimate, "mixed": mne.MixedSourceEstimate}
    kind = kinds.get(subject.src.kind, mne.VolSourceEstimate)
    return kind(
        values,
        vertices,
        tmin=subject.evoked.times[0],
        tstep=1 / subject.evoked.info["sfreq"],
        subject=subject.src[0]["subject_his_id"],
    )
