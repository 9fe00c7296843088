"""Everything between the sessions' HDF5 files and a batch on the device."""
