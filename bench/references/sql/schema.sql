-- What a careful team without a ledger would write: one row a tenant, a history, keys, an outbox.
CREATE SCHEMA IF NOT EXISTS bench_reference;

CREATE TABLE bench_reference.accounts (
  tenant_id text COLLATE "C" PRIMARY KEY,
  balance   bigint NOT NULL CHECK (balance >= 0)
) WITH (fillfactor = 50);

CREATE TABLE bench_reference.transfers (
  transfer_id   uuid PRIMARY KEY,
  tenant_id     text COLLATE "C" NOT NULL,
  amount        bigint NOT NULL,
  balance_after bigint NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bench_reference.idempotency_keys (
  tenant_id      text COLLATE "C" NOT NULL,
  key_sha256     bytea NOT NULL,
  request_sha256 bytea NOT NULL,
  status         smallint NOT NULL,
  body           text NOT NULL,
  PRIMARY KEY (tenant_id, key_sha256)
);

CREATE TABLE bench_reference.outbox (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id text NOT NULL,
  event     bytea NOT NULL
);

-- The whole request as one statement, and so one transaction and one round trip.
CREATE FUNCTION bench_reference.consume(
  tenant text, credits bigint, key_sha bytea, request_sha bytea, transfer uuid, event_head text, event_tail text,
  OUT status smallint, OUT body text
) LANGUAGE plpgsql AS $$
DECLARE
  known bench_reference.idempotency_keys;
  after bigint;
BEGIN
  SELECT * INTO known FROM bench_reference.idempotency_keys k WHERE k.tenant_id = tenant AND k.key_sha256 = key_sha;
  IF FOUND THEN
    IF known.request_sha256 <> request_sha THEN
      status := 422; body := '{"code":"idempotency_key_reused"}';
    ELSE
      status := known.status; body := known.body;
    END IF;
    RETURN;
  END IF;
  UPDATE bench_reference.accounts a SET balance = balance - credits
   WHERE a.tenant_id = tenant AND balance >= credits RETURNING balance INTO after;
  IF FOUND THEN
    INSERT INTO bench_reference.transfers (transfer_id, tenant_id, amount, balance_after) VALUES (transfer, tenant, credits, after);
    INSERT INTO bench_reference.outbox (tenant_id, event)
    VALUES (tenant, convert_to(event_head || after || event_tail || (after + credits) || '}}', 'UTF8'));
    status := 200;
    body := '{"success":true,"transaction_id":"' || transfer || '","balance":' || after || ',"message":"Successfully consumed '
            || credits || ' credits"}';
  ELSE
    status := 402; body := '{"code":"insufficient_credits"}';
  END IF;
  -- The same key at the same moment fails here and is read by the caller's retry.
  INSERT INTO bench_reference.idempotency_keys VALUES (tenant, key_sha, request_sha, status, body);
END
$$;
