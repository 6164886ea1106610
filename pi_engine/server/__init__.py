"""Digits over HTTP, for programs and for people in a browser: Starlette and uvicorn around a sequence of digits."""
