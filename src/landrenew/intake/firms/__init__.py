"""Which firm stands on which parcel: links, leases, groups."""
