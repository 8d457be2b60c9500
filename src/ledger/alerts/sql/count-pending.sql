SELECT count(*)::int AS pending FROM credits.alert_deliveries WHERE state = 'pending'
