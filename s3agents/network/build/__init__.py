"""From raw data to a society (S3 section 4.2.1): topic, core, neighbourhood, clean-up, account of every step."""
