"""The machine underneath: memory, threads, versions, progress, compilation."""
