-- One deployment, or a page of a tenant's, newest first: ids are ordered by time. Uses the primary key,
-- deployments_by_rule or deployments_by_tenant.
SELECT d.deployment_id, d.tenant_id, d.rule_id, d.rule_hash, v.version, d.strategy, d.actor, d.test_id, d.eval_id,
  d.override_id, o.reason AS override_reason, o.actor AS override_actor, d.required_samples, d.required_precision,
  d.required_recall, d.precision_lower, d.recall_lower, d.replaces_id, d.replaces_hash,
  r.version AS replaces_version, d.plan::text AS plan, d.canary_variant_id, d.baseline_variant_id, d.status, d.stage,
  d.percentage, d.reason, d.stage_started_at, d.checked_at, d.created_at, d.finished_at,
  extract(epoch FROM coalesce(d.finished_at, clock_timestamp()) - d.stage_started_at)::double precision
    AS seconds_in_stage
FROM shadow.deployments AS d
JOIN shadow.rule_versions AS v USING (tenant_id, rule_id, rule_hash)
LEFT JOIN shadow.rule_versions AS r ON (r.tenant_id, r.rule_id, r.rule_hash) = (d.tenant_id, d.rule_id, d.replaces_hash)
LEFT JOIN shadow.deployment_overrides AS o ON o.override_id = d.override_id
WHERE ($1::uuid IS NULL OR d.deployment_id = $1)
  AND ($2::text IS NULL OR d.tenant_id = $2)
  AND ($3::text IS NULL OR d.rule_id = $3)
  AND ($4::uuid IS NULL OR d.deployment_id < $4)
ORDER BY d.deployment_id DESC
LIMIT $5
