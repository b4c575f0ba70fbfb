"""What people do, whichever door they use: each action changes the memory or the git data and tells the webhooks."""
