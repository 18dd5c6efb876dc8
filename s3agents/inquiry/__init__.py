"""Inquiry: what happened in an agent (:mod:`.retake`), and what agents answer when they are asked (:mod:`.interview`).

Both look at the agents of a run as they were after one of its ticks (:mod:`.moment`); the run is never touched.
"""
