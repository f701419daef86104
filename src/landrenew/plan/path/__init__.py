"""The path to the target: from a city's parcels and wishes to a problem, and back to words."""
