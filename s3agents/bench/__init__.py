"""Bench: what a society costs on this machine, side by side with the bare limit of its endpoint."""
