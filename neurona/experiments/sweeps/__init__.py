"""Many runs of one config, in as many processes as asked for."""
