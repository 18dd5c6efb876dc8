"""The network: who the users are, who follows whom, and who sees what."""
