"""The background: RQ workers that run jobs, and what keeps them honest."""
