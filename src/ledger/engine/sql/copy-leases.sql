COPY credits.leases (tenant_id, lease_id, owner, instance, epoch, boot_id, amount, spent, returned, state, recalled, grant_ids,
  grant_amounts, created_at, expires_at, ended_at)
FROM STDIN (FORMAT binary);
