"""What kind of conversation it is, by its contact's own words: rules, pure, no model.

On a network of contacts most of what arrives wants something of the member: to sell, to hire, to
congratulate. `judging.py` weighs the signs that the vocabularies list, one file for each kind;
where they do not suffice it says so, and the model is asked (`processing.classifying`).
"""

from processing.classes.judging import LEFT_ALONE, Classed, class_of
from processing.classes.signs import KINDS, LEAD, PERSONAL, RECRUITING, SALES_PITCH

__all__ = [
    "KINDS",
    "LEAD",
    "LEFT_ALONE",
    "PERSONAL",
    "RECRUITING",
    "SALES_PITCH",
    "Classed",
    "class_of",
]
