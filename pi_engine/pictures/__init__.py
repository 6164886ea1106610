"""Pictures of digits, drawn by matplotlib: frequencies, a walk, a raster, transitions, runs, χ²."""
