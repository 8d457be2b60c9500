COPY credits.transfers (tenant_id, number, transfer_id, type, from_account, to_account, amount, effective_at, recorded_at,
  available_after, held_after, leased_after, spent_after, expired_after, unresolved_after, grant_ids, grant_amounts,
  subject_id, description, reference, metadata)
FROM STDIN (FORMAT binary);
