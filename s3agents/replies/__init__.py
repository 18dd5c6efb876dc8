"""Replies: from what a model sent to typed values (:mod:`.schemas`) and probabilities (:mod:`.probabilities`)."""

from s3agents.replies.label_starts import Labels
from s3agents.replies.probabilities import LabelTokens, label_probabilities
from s3agents.replies.schemas import (
    ActReply,
    AttitudeReply,
    EmotionReply,
    JointReply,
    Reply,
    WriteReply,
    act_reply,
    joint_reply,
    parse_reply,
    target_of,
    write_reply,
)

__all__ = [
    "ActReply",
    "AttitudeReply",
    "EmotionReply",
    "JointReply",
    "LabelTokens",
    "Labels",
    "Reply",
    "WriteReply",
    "act_reply",
    "joint_reply",
    "label_probabilities",
    "parse_reply",
    "target_of",
    "write_reply",
]
