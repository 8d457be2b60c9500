UPDATE shadow.ab_tests
SET status = $2, decision = $3, reason = $4, looks = looks + 1, champion_trials = $5, challenger_trials = $6,
  probability_beat = $7, expected_loss = $8, log_e = $9, split_p_value = $10, evaluated_at = now(),
  started_at = coalesce(started_at, now()),
  finished_at = CASE WHEN $2 IN ('completed', 'inconclusive', 'rolled_back') THEN now() END
WHERE test_id = $1
