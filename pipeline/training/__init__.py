"""Training: phases of one stream's network, exactly resumable, alone or in several processes.

`params` stays free of torch, so that checking a configuration costs no import of it.
"""
