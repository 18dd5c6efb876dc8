"""Forecasting: what becomes of a cascade of which the beginning is known; societies of readers, and their pace."""
