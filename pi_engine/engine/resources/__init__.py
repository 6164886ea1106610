"""What a run takes besides memory while it computes: kernels, a scratch space, a cluster."""
