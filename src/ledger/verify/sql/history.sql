-- Each tenant's history as a chain: numbers without gaps, the balances of each row those of the row before and its own
-- amount, none below zero. From zero on, that recomputes every balance there ever was. Reads the primary key in order.
-- $1: a tenant, or NULL for all; $2: how many violations to return.
WITH chain AS (
  SELECT
    tenant_id, number, transfer_id, type, from_account, to_account, amount, effective_at, recorded_at,
    available_after, held_after, leased_after, spent_after, expired_after, unresolved_after,
    (SELECT sum(slice) FROM unnest(grant_amounts) AS slice) AS sliced,
    0 >= ANY (grant_amounts) AS has_empty_slice,
    lag(number, 1, 0::bigint) OVER tenant AS number_before,
    lag(effective_at, 1, '-infinity') OVER tenant AS effective_before,
    lag(available_after, 1, 0::bigint) OVER tenant AS available_before,
    lag(held_after, 1, 0::bigint) OVER tenant AS held_before,
    lag(leased_after, 1, 0::bigint) OVER tenant AS leased_before,
    lag(spent_after, 1, 0::bigint) OVER tenant AS spent_before,
    lag(expired_after, 1, 0::bigint) OVER tenant AS expired_before,
    lag(unresolved_after, 1, 0::bigint) OVER tenant AS unresolved_before
  FROM credits.transfers
  WHERE $1::text IS NULL OR tenant_id = $1
  WINDOW tenant AS (PARTITION BY tenant_id ORDER BY recorded_at, number)
),
judged AS (
  SELECT
    *,
    CASE
      WHEN number <> number_before + 1 THEN 'number_gap'
      WHEN least(available_after, held_after, leased_after, spent_after, expired_after, unresolved_after) < 0
        THEN 'negative_balance'
      WHEN available_after <> available_before + amount * ((to_account = 'available')::int - (from_account = 'available')::int)
        OR held_after <> held_before + amount * ((to_account = 'held')::int - (from_account = 'held')::int)
        OR leased_after <> leased_before + amount * ((to_account = 'leased')::int - (from_account = 'leased')::int)
        OR spent_after <> spent_before + amount * ((to_account = 'spent')::int - (from_account = 'spent')::int)
        OR expired_after <> expired_before + amount * ((to_account = 'expired')::int - (from_account = 'expired')::int)
        OR unresolved_after <> unresolved_before + amount * ((to_account = 'unresolved')::int - (from_account = 'unresolved')::int)
        THEN 'balance_after'
      WHEN effective_at < effective_before THEN 'time_order'
      WHEN NOT CASE type
        WHEN 'topup' THEN from_account = 'issued' AND to_account = 'available'
        WHEN 'consume' THEN from_account = 'available' AND to_account = 'spent'
        WHEN 'reserve' THEN from_account = 'available' AND to_account = 'held'
        WHEN 'commit' THEN from_account = 'held' AND to_account = 'spent'
        WHEN 'release' THEN from_account = 'held' AND to_account = 'available'
        WHEN 'cancel' THEN from_account = 'held' AND to_account = 'available'
        WHEN 'hold_expired' THEN from_account = 'held' AND to_account = 'available'
        WHEN 'refund' THEN from_account = 'spent' AND to_account = 'available'
        WHEN 'expired' THEN from_account = 'available' AND to_account = 'expired'
        WHEN 'lease' THEN from_account = 'available' AND to_account = 'leased'
        WHEN 'lease_spent' THEN from_account = 'leased' AND to_account = 'spent'
        WHEN 'lease_returned' THEN from_account = 'leased' AND to_account = 'available'
        WHEN 'lease_lost' THEN from_account = 'leased' AND to_account = 'unresolved'
        WHEN 'lease_burned' THEN from_account = 'unresolved' AND to_account = 'spent'
        WHEN 'lease_restored' THEN from_account = 'unresolved' AND to_account = 'available'
        ELSE false
      END THEN 'wrong_accounts'
      -- A burned lease left its grants when it was lost, so it may name none.
      WHEN (sliced IS DISTINCT FROM amount AND NOT (type = 'lease_burned' AND sliced IS NULL)) OR has_empty_slice
        THEN 'slices'
      -- src/ledger/transfer-id.ts: 48 bits of milliseconds, and the number in the last 44.
      WHEN left(replace(transfer_id::text, '-', ''), 12)
             <> lpad(to_hex(round(extract(epoch FROM recorded_at) * 1000)::bigint), 12, '0')
        OR right(transfer_id::text, 11) <> lpad(to_hex(number), 11, '0')
        THEN 'transfer_id'
    END AS kind
  FROM chain
)
SELECT
  kind,
  tenant_id,
  format('transfer %s (%s): ', number, transfer_id) || CASE kind
    WHEN 'number_gap' THEN format('it follows number %s', number_before)
    WHEN 'negative_balance' THEN format(
      'available %s, held %s, leased %s, spent %s, expired %s, unresolved %s after it', available_after, held_after, leased_after, spent_after, expired_after, unresolved_after)
    WHEN 'balance_after' THEN format(
      '%s of %s from %s to %s; available %s, held %s, leased %s, spent %s, expired %s, unresolved %s before it and '
      '%s, %s, %s, %s, %s, %s after it', type, amount, from_account, to_account, available_before, held_before, leased_before, spent_before, expired_before, unresolved_before,
      available_after, held_after, leased_after, spent_after, expired_after, unresolved_after)
    WHEN 'time_order' THEN format('it counts from %s, the one before it from %s', effective_at, effective_before)
    WHEN 'wrong_accounts' THEN format('a %s moved %s from %s to %s', type, amount, from_account, to_account)
    WHEN 'slices' THEN format('a %s of %s names grants for %s', type, amount, coalesce(sliced, 0))
    WHEN 'transfer_id' THEN format('its id does not lead to number %s, recorded at %s', number, recorded_at)
  END AS says,
  count(*) OVER (PARTITION BY kind) AS total
FROM judged
WHERE kind IS NOT NULL
ORDER BY tenant_id, recorded_at, number
LIMIT $2
