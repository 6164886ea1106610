"""Is this file of digits π? The verification of a file, and the certificate that stands beside it.

`verify` opens the file, scans it once and, if anything is left open, asks the cheapest method that proves the rest. The
result is a verdict, with the first wrong position or with what exactly has been shown. `certificate` binds a file to
its own figures and to the run that made it; it never makes a verdict better. "ok" means that every digit was compared
with π.
"""
