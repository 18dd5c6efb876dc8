"""The report of runs as one HTML file that needs no network: its parts, and how they are put together."""
