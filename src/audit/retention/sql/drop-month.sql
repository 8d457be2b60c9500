SELECT audit.drop_month($1::date, $2)
