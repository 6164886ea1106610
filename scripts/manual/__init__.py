"""What an installation brings besides the package: the man page and the completion scripts, made from the commands themselves."""
