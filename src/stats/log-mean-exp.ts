/**
 * ln of the mean of e-values given by their logarithms, without leaving the range of a double. The mean of e-processes
 * against the same hypothesis is one too, whatever their dependence: the stake is spread over them.
 *
 * @param logs at least one.
 */
export function logMeanExp(logs: readonly number[]): number {
  const largest = Math.max(...logs);
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - largest);
  return largest + Math.log(sum / logs.length);
}
