"""Channels: how a platform chooses posts for a reader beside those of whom the reader follows."""
