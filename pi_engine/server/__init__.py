"""Digits over HTTP, for programs and for people in a browser: Starlette and uvicorn (extra `server`) around a `DigitSequence`."""
