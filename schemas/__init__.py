"""The shape of the data: records, outcomes, errors, SQL migrations and queries. Imports nothing of ours."""
