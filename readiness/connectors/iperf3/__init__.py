"""Results of iperf3, the network benchmark."""
