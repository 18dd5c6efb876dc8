"""Learnt predictors: traits of users from linear models over the words and characters of what they wrote."""
