"""The public page: towns or blocks instead of parcels, and no figure of fewer than k firms."""
