INSERT INTO shadow.selection_repeats (selection_id, upload_id, first_index, repeats)
SELECT $1, upload_id, first_index, repeats
FROM unnest($2::bigint[], $3::bigint[], $4::bytea[]) AS found (upload_id, first_index, repeats)
