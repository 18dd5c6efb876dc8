"""The command line: one file a command; :mod:`.main` puts them together and turns errors into exit codes."""
