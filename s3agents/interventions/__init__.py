"""Interventions: what is done to a society from outside while it lives: posts, accounts, edges and their spread."""
