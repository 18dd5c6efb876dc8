"""Behaviour learnt from observed cascades: who forwards or answers what, when, and how feelings and sides change."""
