"""Studies: variants of a scenario over societies and seeds, run side by side and compared with a control.

From the file to the cells (:mod:`.plan`), the runs (:mod:`.conduct`), what it would cost (:mod:`.estimate`), the table
(:mod:`.results`), the comparison with the control (:mod:`.paired`), and the page (:mod:`.page`).
"""
