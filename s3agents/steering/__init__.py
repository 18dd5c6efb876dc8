"""Steering: interventions, channels and changed edges at work, between the end of a tick and the next one's mail."""
