"""Source estimates of several subjects, from objects of MNE-Python."""

from mutar_cy.mne._mixed_norm import mixed_norm_tasks

__all__ = ["mixed_norm_tasks"]
