SELECT audit.detach_month($1::date, $2)
