"""Individuals: any cognition held against what real users felt, thought, did and wrote (S3, Tables 2 and 3)."""
