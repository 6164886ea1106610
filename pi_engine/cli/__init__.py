"""The command line: parses, calls the library, prints. One command a file."""
