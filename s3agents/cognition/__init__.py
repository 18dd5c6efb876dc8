"""Cognition: how an agent gets from its mail to its act, one phase a file; :mod:`.turn` is the phase machine."""
