"""Embed: the port that turns texts into vectors (:mod:`.base`) and its adapters, one file each."""
