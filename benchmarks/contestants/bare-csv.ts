/** A CSV file into typed Parquet by DuckDB alone: `node bare-csv.ts <incidents.csv> <output.parquet>`. */
import { openEngine } from "../../src/evidence/index.ts";
import { startMeasurement } from "./measured.ts";

const [csv = "", output = ""] = process.argv.slice(2);
const write = startMeasurement();
const engine = await openEngine({ memoryLimit: "1GB", threads: 2, temporaryDirectory: `${output}.temporary` });
await engine.run(`COPY (SELECT * FROM read_csv('${csv}', auto_detect = false, header = true, delim = ',', quote = '"', columns = {
    'id': 'BIGINT', 'offence': 'VARCHAR', 'region': 'VARCHAR', 'occurred_on': 'DATE', 'sex': 'VARCHAR', 'age': 'INTEGER',
    'weapon': 'VARCHAR', 'damage': 'DOUBLE'})) TO '${output}' (FORMAT parquet)`);
engine.close();
write();
