SELECT kek_id, count(*) AS data_keys
FROM audit.data_keys
WHERE destroyed_at IS NULL
GROUP BY kek_id
ORDER BY kek_id;
