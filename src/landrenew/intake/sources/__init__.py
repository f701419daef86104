"""Files as they come: one module for each way in which planners hand over a layer or a table."""
