/** A CSV file into typed Parquet by DuckDB alone: `node bare-csv.ts <incidents.csv> <output.parquet>`. */
import { openEngine } from "../../src/evidence/index.ts";

/** Milliseconds that all threads together have computed since then. */
function processor(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

const [csv = "", output = ""] = process.argv.slice(2);
const begun = performance.now();
const used = process.cpuUsage();
const engine = await openEngine({ memoryLimit: "1GB", threads: 2, temporaryDirectory: `${output}.temporary` });
await engine.run(`COPY (SELECT * FROM read_csv('${csv}', auto_detect = false, header = true, delim = ',', quote = '"', columns = {
    'id': 'BIGINT', 'offence': 'VARCHAR', 'region': 'VARCHAR', 'occurred_on': 'DATE', 'sex': 'VARCHAR', 'age': 'INTEGER',
    'weapon': 'VARCHAR', 'damage': 'DOUBLE'})) TO '${output}' (FORMAT parquet)`);
engine.close();
process.stdout.write(
  `${JSON.stringify({ milliseconds: performance.now() - begun, processorMilliseconds: processor(used), peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`,
);
