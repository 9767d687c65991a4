"""Tests that need later versions of other packages than the oldest supported ones."""

import sklearn

# {why: names of tests}; a name without brackets stands for all its parameters.
BEFORE_1_9 = {
    "drop-ins have the signatures, defaults and weights of scikit-learn 1.9": (
        "test_linear_model.py::test_defaults_tags_and_kind",
        "test_linear_model.py::test_signatures_are_scikit_learn_s",
        "test_linear_model.py::test_weights_are_scikit_learn_s",
        "test_linear_model_cv.py::test_choices_among_mixtures_with_weights",
        "test_linear_model_cv.py::test_choices_are_scikit_learn_s",
        "test_linear_model_cv.py::test_defaults_tags_and_attributes",
        "test_linear_model_cv.py::test_more_features_than_samples",
        "test_linear_model_cv.py::test_positive_coefficients",
        "test_linear_model_cv.py::test_signatures_are_scikit_learn_s",
        "test_linear_model_cv.py::test_sparse_designs",
        "test_paths.py::test_functions_are_the_methods",
        "test_paths.py::test_paths_are_scikit_learn_s",
        "test_paths.py::test_paths_count_iterations_when_asked",
        "test_paths.py::test_positive_paths",
        "test_linear_model_cv_scikit_learn.py::",
    ),
    "LogisticRegression has another way to ask for an l1 penalty": (
        "test_group_lasso_classifier.py::test_groups_of_one_are_scikit_learn_s_lasso",
    ),
    "Pipeline.score does not route labels to predictions of the last step": (
        "test_splitters.py::test_routed_labels_reach_through_a_pipeline",
        "test_tools_searches.py::test_labels_routed_through_a_pipeline_in_a_search",
    ),
    "check_array reads an attribute that pandas 2.2 has deprecated": (
        "test_messages.py::test_the_way_out[groupby]",
    ),
    "the check gives sparse data to transformers that refuse them": (
        "test_task_scaler.py::test_scikit_learn_agrees"
        "[TaskScaler()-check_sample_weight_equivalence_on_sparse_data]",
    ),
    "the check takes a warning about rounding in float32 for an error": (
        "test_reweighted_use.py::test_scikit_learn_agrees[IndRewLasso("
        "task_column=0,unseen_tasks='mean')-check_regressors_train("
        "readonly_memmap=True,X_dtype=float32)]",
    ),
}


def reason_to_skip(node):
    """Return why a test is skipped with this version of scikit-learn, or None."""
    if tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 9):
        return None
    name = node.rpartition("tests/")[2]
    for reason, names in BEFORE_1_9.items():
        if any(name.startswith(start) for start in names):
            return reason
    return None
