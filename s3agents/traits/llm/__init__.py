"""Traits by a language model (S3 sections 4.2.2 and 3.3.2): a predictor for each trait, with the prompts of a pack."""
