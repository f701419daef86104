"""What the columns of a file mean: names, units, values, codes, corrections, conditions."""
