DROP TABLE shadow.simulations, shadow.ab_observations, shadow.ab_units, shadow.ab_states, shadow.ab_variants, shadow.ab_tests;
