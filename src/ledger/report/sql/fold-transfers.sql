-- Adds transfers recorded after $1 up to $2 to the hours they count from; transfers_by_time, then hourly_summaries_pkey.
-- An expiry recorded late adds to the hour in which it was due, long folded or not.
INSERT INTO credits.hourly_summaries AS known (tenant_id, hour, spent, purchased, refunded, expired, transfers)
SELECT tenant_id, date_trunc('hour', effective_at, 'UTC'),
       coalesce(sum(amount) FILTER (WHERE to_account = 'spent'), 0),
       coalesce(sum(amount) FILTER (WHERE from_account = 'issued'), 0),
       coalesce(sum(amount) FILTER (WHERE from_account = 'spent'), 0),
       coalesce(sum(amount) FILTER (WHERE to_account = 'expired'), 0),
       count(*)
FROM credits.transfers
WHERE recorded_at > $1::timestamptz AND recorded_at <= $2::timestamptz
GROUP BY 1, 2
ON CONFLICT (tenant_id, hour) DO UPDATE
SET spent = known.spent + excluded.spent,
    purchased = known.purchased + excluded.purchased,
    refunded = known.refunded + excluded.refunded,
    expired = known.expired + excluded.expired,
    transfers = known.transfers + excluded.transfers
