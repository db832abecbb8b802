"""Kills the drain before each single statement of it, and looks whether the next drain makes it good.

The product has no fault points: its lines are the points. What is watched is in :mod:`.points`, what is pushed while
it is watched in :mod:`.scenarios`.
"""
