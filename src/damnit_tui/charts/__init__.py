"""Drawing primitives shared by viewer and plot: axes, ticks, braille curves, colour maps.

Imports numpy: never at start-up.
"""
