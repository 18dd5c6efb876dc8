"""Tools: a society for other programs: what they may do with one (:mod:`.sessions`), for LangChain and for MCP."""
