/** Added to the scores of positions that may not be seen: finite, so that no row can become NaN, yet exp underflows. */
export const maskedScore = -1e9;
