"""Memory: the port of the vector memory (:mod:`.base`), what is worth remembering (:mod:`.influence`), and adapters."""
