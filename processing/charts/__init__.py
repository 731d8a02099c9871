"""Charts as frozen geometry: numbers come in, places come out; pure.

Across, everything is in per cent of the plot's width, so that a drawing fits a phone and a desk
without its words shrinking; down, in pixels of a plot that is `HEIGHT` high. No language, no
colour: words come in as they shall stand, templates choose how a series looks.
"""
