"""What the engine does about a step that failed its check, around the repetitions of `pi_engine.runtime.repairs`.

`renewal` drops what may have gone bad in memory and can be made anew, before a step is repeated. `reproducer` writes down a run whose
step failed twice with the same wrong number, so that the error of the program can be found.
"""
