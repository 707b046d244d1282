/** No attempt of a delivery is planned further ahead. One that is was planned by a clock that has been set back since. */
export const furthestAttemptMs = 8 * 3_600_000;
