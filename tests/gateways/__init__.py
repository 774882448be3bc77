"""The gateways against recorded samples and against their twins, over real sockets."""
