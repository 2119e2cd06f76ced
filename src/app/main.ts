import { Command, CommanderError } from "commander";
import { ZodError } from "zod";
import { addAuthorityCommands } from "./commands/authority-program.ts";
import type { CommandSurroundings } from "./commands/surroundings.ts";
import { exitCodes, UserError } from "./exit-codes.ts";
import { programVersion } from "./package.ts";
import { visible } from "./terminal.ts";

/** The command line of Justitia. Gives the exit code; writes results to `out` and everything else to `err`. */
export async function main(argv: readonly string[], around: CommandSurroundings): Promise<number> {
  let code: number = exitCodes.done;
  const program = commands(around, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    return await failed(error, around);
  }
}

async function failed(error: unknown, around: CommandSurroundings): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof UserError) {
    around.terminal.err(`${visible(error.message)}\n`);
    return error.exitCode;
  }
  const { UnreadableBuild } = await import("../evidence/index.ts");
  if (error instanceof UnreadableBuild) {
    around.terminal.err(`${error.message}\nBuild again, or name another build. What was delivered is kept.\n`);
    return exitCodes.invalid;
  }
  // Whatever else is read is checked where it is read; only what the program keeps for itself is not.
  if (error instanceof ZodError) {
    around.terminal.err(
      `What is kept of earlier builds was written by another version of the program, or is damaged. Build again, or choose another place with --state <folder>.\n  ${error.message}\n`,
    );
    return exitCodes.invalid;
  }
  if (around.signal.aborted) {
    around.terminal.err("\nInterrupted. What was finished is kept; the next build continues from there.\n");
    return exitCodes.interrupted;
  }
  const storage = storageProblem(error);
  if (storage !== undefined) {
    around.terminal.err(`${storage}\n`);
    return exitCodes.storage;
  }
  if (error instanceof Error && /^Out of Memory Error/i.test(error.message)) {
    around.terminal.err(
      "The engine needs more memory than it was given. Nothing half made was kept: give more with --memory, such as --memory 4GB, or fewer --threads.\n",
    );
    return exitCodes.usage;
  }
  around.terminal.err(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nThis is a mistake of the program. Please report it.\n`,
  );
  return exitCodes.failure;
}

/** A sentence for a full disk or a folder that cannot be written; undefined for every other error. */
function storageProblem(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth += 1) {
    const code = "code" in cause ? cause.code : undefined;
    if (
      code === "ENOSPC" ||
      code === "EDQUOT" ||
      code === "EFBIG" ||
      /no space left on device|could not write all bytes|file too large|database or disk is full/i.test(cause.message)
    ) {
      return "The disk is full. Nothing half written was kept: make room and build again.";
    }
    // Making a folder with those above it says ENOENT where the file system is read-only.
    const noFolder = code === "ENOENT" && "syscall" in cause && cause.syscall === "mkdir";
    if (
      code === "EACCES" ||
      code === "EPERM" ||
      code === "EROFS" ||
      code === "ENOTDIR" ||
      (code === "EEXIST" && "syscall" in cause && cause.syscall === "mkdir") ||
      noFolder ||
      /read-?only (file system|database)|permission denied|unable to open database file/i.test(cause.message)
    ) {
      return `A folder cannot be written: ${cause.message}\nChoose another place for what is built with --state <folder>.`;
    }
  }
  return undefined;
}

/** Each command brings its part of the program along only when it is called: what is not asked for need not be read. */
function commands(around: CommandSurroundings, done: (code: number) => void): Command {
  const { out, err } = around.terminal;
  const program = new Command("justitia")
    .description(
      "Criminal-justice evidence, from raw records to classified, disaggregated, traceable indicators; and cooperation, from a complete request to a proven answer.",
    )
    .version(programVersion)
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      `
Exit codes: 0 done · 1 mistake of the program · 2 wrong call · 3 faulty definition or delivery · 4 built, but not complete
            5 another build holds the observatory · 6 disk full or folder not writable · 130 interrupted

A first look:     justitia demo
Your own:         justitia init my-observatory && justitia build my-observatory && justitia serve my-observatory
Two authorities:  justitia authority demo`,
    );
  const common = (command: Command): Command =>
    command
      .option("--state <folder>", "where snapshots and results are kept (default: <observatory>/.justitia)")
      .option("--memory <size>", "most memory of the engine, such as 512MB", "1GB")
      .option("--threads <number>", "processors to use (default: all)")
      .option("--json", "results as JSON, for machines");
  common(program.command("demo").description("build the embedded example and serve its pages"))
    .option("--port <number>", "port to listen on", "4173")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--build-only", "build, print the summary, and do not serve")
    .action(async (options) => {
      const { demoCommand } = await import("./commands/demo.ts");
      done(await demoCommand(options, around));
    });
  program
    .command("init")
    .argument("<folder>", "a new or empty folder")
    .option("--json", "results as JSON, for machines")
    .description("make a new observatory with sample data that builds at once")
    .action(async (folder, options) => {
      const { initCommand } = await import("./commands/init.ts");
      done(await initCommand(folder, options, around));
    });
  common(
    program
      .command("check")
      .argument("<folder>", "an observatory, or a folder with matter-types or calendars, such as that of an authority")
      .description("hold every definition against its schema and the others; run nothing"),
  ).action(async (folder, options) => {
    const { checkCommand } = await import("./commands/check.ts");
    done(await checkCommand(folder, options, around));
  });
  common(
    program
      .command("build")
      .argument("<observatory>")
      .description("streams → snapshots → records → facts → indicators, only what has changed"),
  )
    .option("--as-of <date>", "build from what had been delivered by then; fetch nothing")
    .option("--offline", "use no network")
    .option("--verify", "read every local file and address anew, even where nothing seems changed")
    .option("--no-wait", "give up at once when another build holds the observatory")
    .action(async (folder, options) => {
      const { buildCommand } = await import("./commands/build.ts");
      done(await buildCommand(folder, options, around));
    });
  common(program.command("serve").argument("<observatory>").description("serve the pages of the newest build"))
    .option("--port <number>", "port to listen on", "4173")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--as-of <date>", "the build that was the newest then")
    .option("--build <name>", "the build of that name, also one made with --as-of")
    .action(async (folder, options) => {
      const { serveCommand } = await import("./commands/serve.ts");
      done(await serveCommand(folder, options, around));
    });
  common(
    program
      .command("explain")
      .argument("<observatory>")
      .argument("<figure>", "indicator/area/period, such as homicide/R01/2023")
      .description("the line back of one figure: facts, rules, rows, bytes"),
  )
    .option("--by <dimensions>", "dimensions with values, such as sex=F,age=Y0T17")
    .option("--as-of <date>", "the build that was the newest then")
    .option("--build <name>", "the build of that name, also one made with --as-of")
    .action(async (folder, figure, options) => {
      const { explainCommand } = await import("./commands/explain.ts");
      done(await explainCommand(folder, figure, options, around));
    });
  common(
    program
      .command("coverage")
      .argument("<observatory>")
      .description("how much reached which ICCS level, and who reported"),
  ).action(async (folder, options) => {
    const { coverageCommand } = await import("./commands/coverage.ts");
    done(await coverageCommand(folder, options, around));
  });
  common(
    program
      .command("quarantine")
      .argument("<observatory>")
      .argument("[stream]")
      .description("rows that were put apart or flagged, and why"),
  )
    .option("--limit <number>", "most rows to list", "20")
    .action(async (folder, stream, options) => {
      const { quarantineCommand } = await import("./commands/quarantine.ts");
      done(await quarantineCommand(folder, stream, options, around));
    });
  program
    .command("profile")
    .argument("<file>", "CSV, TSV, JSON, JSON Lines, Parquet, XLSX, SDMX-CSV or JSON-stat, also gzip or zip")
    .option("--output <file>", "write the definition there, such as my-observatory/streams/victims.yaml")
    .option("--sheet <name>", "which sheet of a workbook (default: the fullest)")
    .option("--member <name>", "which file of a zip (default: the largest)")
    .option("--json", "the findings as JSON, for machines")
    .description("propose a first stream definition for an unknown file, with what a person must decide")
    .action(async (file, options) => {
      const { profileCommand } = await import("./commands/profile.ts");
      done(await profileCommand(file, options, around));
    });
  program
    .command("crosswalk")
    .description("work on the correspondence of a national list with the ICCS")
    .command("suggest")
    .argument("<list>", "CSV of national codes and titles")
    .description("propose ICCS codes, ranked, each with its reasons, for a person to accept")
    .option("--examples <file>", "CSV of agreed codes (code,title,iccs), such as the table of a crosswalk")
    .option("--output <file>", "write there instead of to the screen")
    .option("--proposals <number>", "most proposals for a code", "3")
    .option("--code-column <name>", "column of the national code", "code")
    .option("--title-column <name>", "column of the national title", "title")
    .option("--description-column <name>", "column of a description, when there is one")
    .option("--delimiter <signs>", "signs between cells (default: ,)")
    .option("--json", "results as JSON, for machines")
    .action(async (list, options) => {
      const { suggest } = await import("./commands/suggest.ts");
      done(await suggest(list, options, around));
    });
  program
    .command("schema")
    .argument("[kind]", "observatory, stream, crosswalk, coverage, population, event or indicator")
    .option("--write <folder>", "write all schemas as files")
    .description("the JSON Schema of a kind of definition")
    .action(async (kind, options) => {
      const { schemaCommand } = await import("./commands/schema.ts");
      done(await schemaCommand(kind, options, around));
    });
  program
    .command("verify")
    .argument("<bundle>", "an exported matter")
    .option("--key <verifier...>", "keys that you were told by another way: name+id+key")
    .option("--time-stamp-anchor <pem...>", "files with certificates that time-stamp services publish")
    .option("--identity <file>", "age identity that opens the evidence, to verify its content too")
    .option("--json", "the findings as JSON, for machines")
    .description("verify an exported matter with nothing but its file: signatures, log, custody, evidence")
    .action(async (bundle, options) => {
      const { verifyCommand } = await import("./commands/verify.ts");
      done(await verifyCommand(bundle, options, around));
    });
  const authority = program.command("authority").description("requests between authorities of States");
  addAuthorityCommands(authority, around, done);
  return program;
}
