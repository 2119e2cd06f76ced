/**
 * Begins to measure what this process uses. The function that is given back writes time, processor time of all threads and
 * peak memory as one line of JSON for `run.ts`, with what else the contestant has to say.
 */
export function startMeasurement(): (more?: Readonly<Record<string, unknown>>) => void {
  const begun = performance.now();
  const since = process.cpuUsage();
  return (more = {}) => {
    const milliseconds = performance.now() - begun;
    const { user, system } = process.cpuUsage(since);
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    const used = { milliseconds, processorMilliseconds: (user + system) / 1000, peakBytes };
    process.stdout.write(`${JSON.stringify({ ...used, ...more })}\n`);
  };
}
