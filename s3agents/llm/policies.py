"""Policies: the wrappers that a real endpoint wants round it, stacked in the order in which they work together."""

from __future__ import annotations

from random import Random

from s3agents.llm.base import ChatCompletionClient
from s3agents.llm.budget import BudgetClient, Purse
from s3agents.llm.concurrency import AdaptiveConcurrency
from s3agents.llm.retry import RetryingClient

__all__ = ["with_policies"]


def with_policies(
    client: ChatCompletionClient,
    *,
    concurrency: int,
    retries: int,
    patience: float,
    rng: Random,
    purse: Purse | None = None,
) -> ChatCompletionClient:
    """``client`` with bounded concurrency, retries round that, and a budget round both.

    A request waits out its back-off without holding a place in flight, and keeps one reservation through all its tries.
    What waits for a place when the endpoint goes down fails at once.

    Args:
        client: the client of the endpoint.
        concurrency: most requests in flight (:class:`AdaptiveConcurrency`).
        retries: most repetitions of a request (:class:`RetryingClient`).
        patience: seconds after which a failing request is given up.
        rng: source of the jitter.
        purse: tokens that it may spend (:class:`BudgetClient`); none for no limit.
    """
    limited = AdaptiveConcurrency(client, most=concurrency)
    patient = RetryingClient(limited, retries=retries, patience=patience, rng=rng, on_down=limited.refuse_queue)
    return patient if purse is None else BudgetClient(patient, purse)
