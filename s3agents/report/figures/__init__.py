"""Figures of runs: what each draws, from tables and records; what there is nothing to draw of is a sentence instead."""
