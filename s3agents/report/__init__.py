"""Report: reading what a run left: its manifest, its tables, its summary, and files for other programs."""
