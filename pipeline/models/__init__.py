"""Networks: backbones, attention modules, and the recognizer that joins them. Knows no data.

`params` stays free of torch, so that checking a configuration costs no import of it.
"""
