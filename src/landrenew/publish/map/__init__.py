"""The published map: one page that needs nobody, drawn by folium and our own layer of parcels."""
