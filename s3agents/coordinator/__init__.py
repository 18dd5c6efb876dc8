"""Coordinator: advances time, keeps the barrier between ticks, and has every tick recorded whole."""
