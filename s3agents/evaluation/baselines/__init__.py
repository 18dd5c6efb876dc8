"""Simple forecasts of a cascade, which any simulation has to beat; one file each.

Each is told what had happened up to some minute (:class:`.base.Beginning`) and answers with a curve, or with the reason
why it has none.
"""
