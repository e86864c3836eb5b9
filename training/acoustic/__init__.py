"""Sambert as it is trained: the networks of ``service.models``, many lines at once and teacher-forced.

Names and shapes of all tensors are those of a checkpoint, so what is learned here is read there.
"""
