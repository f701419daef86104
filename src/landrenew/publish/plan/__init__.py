"""Plans for people and machines: record, words, tables, workbook, layers and the figure."""
