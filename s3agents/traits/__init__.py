"""Traits that data seldom state: gender, age, occupation (S3 section 4.2.2), initial attitude (3.3.2), predicted."""
