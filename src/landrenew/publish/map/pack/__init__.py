"""How the parcels lie in the page: whole steps on a grid, shared borders once, typed columns."""
