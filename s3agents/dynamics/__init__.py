"""Textbook models of emotion, opinion and spread, as pure functions; ``mode: rules`` is made of them."""
