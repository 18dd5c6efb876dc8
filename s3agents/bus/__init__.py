"""How posts travel: the port (:mod:`~s3agents.bus.base`), an in-memory bus, and NATS JetStream."""
