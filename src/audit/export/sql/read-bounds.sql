SELECT COALESCE(max(last_seq) + 1, 0) AS first_seq FROM audit.retired_months
