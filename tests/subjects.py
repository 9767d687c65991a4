"""Simulated subjects for MNE-Python: sphere models, EEG caps, two active sources."""

import mne
import numpy as np

N_SOURCES = 40
ACTIVE = [10, 7]  # left and right


def sources(head):
    """Return places with normals on a half sphere inside the head."""
    rng = np.random.default_rng(0)
    normals = rng.standard_normal((N_SOURCES, 3))
    normals[:, 2] = np.abs(normals[:, 2])
    normals /= np.linalg.norm(normals, axis=1)[:, np.newaxis]
    places = {"rr": 0.05 * normals + head["r0"], "nn": normals}
    return mne.setup_volume_source_space(pos=places, sphere_units="m", verbose="error")


def subject(seed, n_channels=32, n_times=20, sfreq=200.0):
    """Return measurements, forward operator and noise covariance of a subject.

    Caps differ in their channels. Sources ACTIVE are active along their normals.
    """
    rng = np.random.default_rng(seed)
    montage = mne.channels.make_standard_montage("easycap-M1")
    names = list(rng.permutation(montage.ch_names)[:n_channels])
    info = mne.create_info([str(name) for name in names], sfreq, "eeg")
    info.set_montage(montage)
    head = mne.make_sphere_model("auto", "auto", info, verbose="error")
    places = sources(head)
    forward = mne.make_forward_solution(
        info, None, places, head, meg=False, eeg=True, verbose="error"
    )
    gain = forward["sol"]["data"].reshape(n_channels, N_SOURCES, 3)
    along = np.einsum("cso,so->cs", gain, places[0]["nn"])
    times = np.arange(n_times) / sfreq
    waves = 50e-9 * np.stack([np.sin(20 * times + 0.5), np.cos(30 * times)])
    data = along[:, ACTIVE] @ waves
    noise = 0.1 * data.std()
    data = data + noise * rng.standard_normal(data.shape)
    evoked = mne.EvokedArray(data, info, tmin=-0.02, verbose="error")
    evoked.set_eeg_reference(projection=True, verbose="error").apply_proj(
        verbose="error"
    )
    covariance = mne.Covariance(
        np.full(n_channels, noise**2), list(info["ch_names"]), [], [], nfree=1000
    )
    return evoked, forward, covariance
