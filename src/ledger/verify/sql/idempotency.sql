-- L3: a key was answered once within its retention, with an answer of a kind that is kept, and the transfer that a
-- success names exists.
-- $1: a tenant, or NULL for all; $2: how many violations to return; $3: the retention in hours.
WITH keys AS (
  SELECT
    tenant_id, key_sha256, status, created_at,
    lag(created_at) OVER (PARTITION BY tenant_id, key_sha256 ORDER BY created_at) AS answered_before,
    substring(body FROM '^\{"success":true,"transaction_id":"([0-9a-f-]{36})"')::uuid AS transfer_id
  FROM credits.idempotency_keys
  WHERE $1::text IS NULL OR tenant_id = $1
),
places AS (
  SELECT
    *,
    timestamptz 'epoch' + ('x0000' || left(replace(transfer_id::text, '-', ''), 12))::bit(64)::bigint
      * interval '1 millisecond' AS recorded_at,
    ('x00000' || right(transfer_id::text, 11))::bit(64)::bigint AS number
  FROM keys
),
judged AS (
  SELECT
    *,
    CASE
      WHEN created_at - answered_before < $3 * interval '1 hour' THEN 'key_answered_twice'
      WHEN NOT (status BETWEEN 200 AND 299 OR status IN (402, 404, 409, 410)) THEN 'key_status'
      WHEN transfer_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM credits.transfers AS t
        WHERE t.tenant_id = places.tenant_id AND t.recorded_at = places.recorded_at AND t.number = places.number
          AND t.transfer_id = places.transfer_id
      ) THEN 'answer_without_transfer'
    END AS kind
  FROM places
)
SELECT
  kind,
  tenant_id,
  format('key %s…: ', left(encode(key_sha256, 'hex'), 16)) || CASE kind
    WHEN 'key_answered_twice' THEN format('it was answered at %s and again at %s', answered_before, created_at)
    WHEN 'key_status' THEN format('an answer with status %s was kept', status)
    WHEN 'answer_without_transfer' THEN format('its answer names transfer %s, which does not exist', transfer_id)
  END AS says,
  count(*) OVER (PARTITION BY kind) AS total
FROM judged
WHERE kind IS NOT NULL
ORDER BY tenant_id, created_at
LIMIT $2
