-- Arrays unnested in a select list give row after row; unnest (…, …) in FROM keeps a table of each: a tenth of the statement.
UPDATE credits.accounts a
   SET available = new.available, held = new.held, leased = new.leased, spent = new.spent, expired = new.expired,
       unresolved = new.unresolved, version = new.version, recorded_at = new.recorded_at,
       issued = -(new.available + new.held + new.leased + new.spent + new.expired + new.unresolved),
       next_due_at = NULLIF(new.next_due_at, 'infinity'), alert_armed = new.alert_armed
  FROM (
    SELECT unnest($1::text[]) AS tenant_id, unnest($2::bigint[]) AS available, unnest($3::bigint[]) AS held,
           unnest($4::bigint[]) AS leased, unnest($5::bigint[]) AS spent, unnest($6::bigint[]) AS expired,
           unnest($7::bigint[]) AS unresolved, unnest($8::bigint[]) AS version, unnest($9::timestamptz[]) AS recorded_at,
           unnest($10::timestamptz[]) AS next_due_at, unnest($11::bool[]) AS alert_armed
  ) AS new
 WHERE a.tenant_id = new.tenant_id;
