-- What retention and the service's looks at its passes find by an index: without one, dropping a batch of articles
-- reads all keys for look-up, under the lock under which articles are stored.

CREATE INDEX copy_key_article ON copy_key (article_id);
CREATE INDEX poll_polled ON poll (polled_at);
CREATE INDEX pass_ended ON pass (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX pass_under_way ON pass (process) WHERE ended_at IS NULL;
