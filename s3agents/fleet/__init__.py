"""Fleet: turns taken by worker processes on any number of machines, with JetStream as the only thing between them."""
