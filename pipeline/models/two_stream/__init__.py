"""Networks that see RGB and flow together."""
