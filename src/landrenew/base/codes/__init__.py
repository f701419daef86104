"""Codes that planners meet: land classes, parcel numbers, credit codes, industries.

Only what a code says by itself is settled here. Whether it is the right code for a row is for the
rooms above, and mostly for people.
"""
