"""Whether a table's totals are the sums of their parts: by row, by column, and block by block."""
