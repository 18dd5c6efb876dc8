"""Fitting models of behaviour to observed cascades and labelled texts, with scikit-learn."""
