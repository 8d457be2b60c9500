SELECT audit.make_month($1::date) AS made
