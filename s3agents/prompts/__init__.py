"""Prompts: packs of prompt text as files (:mod:`.pack`), and how users' words are quoted in them (:mod:`.quoting`)."""

from s3agents.prompts.pack import Prompt, PromptPack, Stage
from s3agents.prompts.quoting import handle, quoted, tidy

__all__ = ["Prompt", "PromptPack", "Stage", "handle", "quoted", "tidy"]
