"""Evaluation: how true simulated individuals and populations are; plain values in, scores with intervals out."""
