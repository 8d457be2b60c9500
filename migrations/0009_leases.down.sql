DROP TABLE credits.leases, credits.sidecars;
