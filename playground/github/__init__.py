"""A pretend GitHub Enterprise Server on one port: REST under `/api/v3`, git over HTTP, pages, and signed webhooks."""
