"""The survey workbook: its form, and the check of a returned one."""
