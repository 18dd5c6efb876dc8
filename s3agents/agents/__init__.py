"""Agents: a user of the network as an AutoGen agent, and the host that gives agents their turns."""
