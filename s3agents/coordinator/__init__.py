"""Coordinator: advances time, agent by agent or behind a barrier, and has every tick recorded whole, in order."""
