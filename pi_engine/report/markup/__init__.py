"""HTML in which all text is escaped: elements, tables, numbers as people read them, and charts with logarithmic axes as SVG.

Nothing here knows what a report is about.
"""
