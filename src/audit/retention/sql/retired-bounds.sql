SELECT first_seq, last_seq FROM audit.retired_months WHERE month = $1::date
