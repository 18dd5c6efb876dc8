"""Record: what a run keeps of itself, one transaction a tick; the port is :mod:`.base`, the adapter :mod:`.sqlite`."""
