"""A tiny random language model for the live tests: real files, real architecture, no download and no sense.

Run it with the Python of the vLLM environment (it needs ``torch`` and ``transformers``)::

    python tests/live/tiny_model.py OUT

``OUT`` then holds a Qwen2 of two layers with random weights, a byte-level BPE tokenizer trained on text that is made
up here, and a chat template. The same seed gives the same files.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

import torch
from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen2Tokenizer

VOCABULARY = 4096
CONTEXT = 4096
SENTENCES = 12_000

ONSETS = "b br c ch d dr f fl g gr h j k l m n p pl qu r s sh st t th tr v w z".split()
VOWELS = "a e i o u ai ea ee io ou".split()
CODAS = " n r s t l nd ng st rm ck".split(" ")

ENGLISH = (
    "the of and to in is that it for you was on are as with they be at this have from or by not but what all were we"
    " when your can there an which their if will each about how up out them then many some so these would other into"
    " has more her two like him see time could no make than first been people over such after work world because most"
    " think thought feeling strongly calm moderate intense negative positive forward post inactive yes maybe follow"
    " share reply opinion news topic policy safety health energy school city young old woman man student teacher"
).split()
CHINESE = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法"
    "所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政"
    "平静适中强烈消极积极转发发帖沉默情绪态度观点社会网络新闻朋友老师学生"
)

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def english(rng: random.Random) -> str:
    """A line of real and made-up words: the made-up ones give the BPE enough to merge."""
    made_up = ["".join(map(rng.choice, (ONSETS, VOWELS, CODAS, ["", *ONSETS], VOWELS))) for _ in range(4)]
    words = rng.choices(ENGLISH, k=10) + made_up
    rng.shuffle(words)
    return " ".join(words).capitalize() + rng.choice([".", "!", "?", ".\n"])


def chinese(rng: random.Random) -> str:
    """A line of common characters, in no order."""
    return "".join(rng.choices(CHINESE, k=12)) + rng.choice("。！？")


def reply(rng: random.Random) -> str:
    """A flat JSON object, compact or spaced, so that its punctuation becomes tokens as in a real vocabulary."""
    separators = rng.choice([(",", ":"), (", ", ": ")])
    fields = {rng.choice(ENGLISH): rng.choice([rng.choice(ENGLISH), rng.randrange(100)]) for _ in range(4)}
    return json.dumps(fields, separators=separators)


def corpus(seed: int) -> Iterator[list[str]]:
    """Batches of lines to train the tokenizer on."""
    rng = random.Random(seed)
    for _ in range(SENTENCES):
        yield [english(rng), chinese(rng), reply(rng)]


def make_tokenizer(seed: int) -> Qwen2Tokenizer:
    """The pipeline of Qwen2 (byte-level, so that any text survives) with a vocabulary of our own."""
    marks = ["<|im_start|>", "<|im_end|>"]
    tokenizer = Qwen2Tokenizer().train_new_from_iterator(
        corpus(seed), VOCABULARY, new_special_tokens=marks, show_progress=False
    )
    if len(tokenizer) != VOCABULARY:
        raise SystemExit(f"the tokenizer has {len(tokenizer)} tokens, not {VOCABULARY}: raise SENTENCES")
    tokenizer.eos_token = "<|im_end|>"
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.model_max_length = CONTEXT
    return tokenizer


def make_model(seed: int, eos: int) -> Qwen2ForCausalLM:
    """Two layers of random weights, spread widely enough that its favourite tokens depend on the prompt."""
    torch.manual_seed(seed)
    config = Qwen2Config(
        vocab_size=VOCABULARY,
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        initializer_range=0.1,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=eos,
    )
    return Qwen2ForCausalLM(config).to(torch.bfloat16)


def main() -> None:
    """Write the model and its tokenizer to the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Make a tiny random language model.")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write, made if it is missing")
    parser.add_argument("--seed", type=int, default=0, help="of the text and of the weights (default: %(default)s)")
    options = parser.parse_args()
    tokenizer = make_tokenizer(options.seed)
    model = make_model(options.seed, tokenizer.convert_tokens_to_ids("<|im_end|>"))
    model.save_pretrained(options.out)
    tokenizer.save_pretrained(options.out)


if __name__ == "__main__":
    main()
