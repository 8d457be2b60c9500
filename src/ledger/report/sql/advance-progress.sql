UPDATE credits.summary_progress SET folded_until = $1::timestamptz
