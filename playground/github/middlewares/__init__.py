"""What every request passes on its way: the log, errors in GitHub's shape, who asks, faults, rate limits."""
