"""What really happened: cascades, exposures and adoptions of real users, to learn from and to be held against."""
