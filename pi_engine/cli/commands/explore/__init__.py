"""The commands that look at digits: view, find, stats, plot, report and serve."""
