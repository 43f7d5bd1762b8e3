"""A made-up county 示例县 to try the program on: a whole case folder, written from a seed.

A lead hospital 牵头医院, 14 township centres, 130 village rooms 村卫生室, about 1,200 people and
a year of service records with seasons, weekends, campaigns, corrections and dirty rows of every
kind. Nobody in it is real. The same seed gives the same bytes on every machine.
"""

from equivalents.demo.county import write_county
from equivalents.demo.policies import POLICIES

__all__ = ["POLICIES", "write_county"]
