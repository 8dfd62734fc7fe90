"""A shift to what a channel is sent: receipt, Slack, mail, chart."""
