"""Digits over HTTP: an interface for programs, and a page to look around in."""
