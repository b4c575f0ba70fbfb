"""The ways in: HTTP and the command line. They translate and pass on; they decide nothing."""
