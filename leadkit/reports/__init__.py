"""Reports: a notebook run on data of one's choice, as one HTML file that asks nobody for anything."""
