"""Populations: what a run came to as a whole, held against what really happened."""
