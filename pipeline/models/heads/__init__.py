"""Classifiers: from a backbone's last features to class scores."""
