"""Synthetic societies: users, ties, attitudes and posts drawn from stated distributions, all from one seed."""
