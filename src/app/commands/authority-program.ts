import type { Command } from "commander";
import type { CommandSurroundings } from "./surroundings.ts";

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

/** Options that open the secrets of a folder. Secrets themselves never stand among the arguments. */
const opening = (command: Command): Command =>
  command
    .option("--passphrase-file <file>", "file whose first line opens the private keys (or JUSTITIA_PASSPHRASE)")
    .option("--identity-file <file>", "file with the age identity that opens the private keys");

/** Adds the commands of `justitia authority` to the program. */
export function addAuthorityCommands(
  authority: Command,
  around: CommandSurroundings,
  done: (code: number) => void,
): void {
  authority
    .command("demo")
    .option("--port <number>", "of the first of the two; the second has the next one", "4180")
    .description("two authorities of two invented States on this machine, to play both sides")
    .action(async (options) => {
      const { authorityDemoCommand } = await import("./authority.ts");
      done(await authorityDemoCommand(options, around));
    });
  authority
    .command("init")
    .argument("<folder>", "a new folder, for the keys and the storage")
    .option("--country <code>", "the State, two letters of ISO 3166-1")
    .option("--name <text>", "what the authority is called")
    .option("--id <name>", "its name in messages, such as xa-central")
    .option("--administrator <name>", "name of the first administrator", "Administrator")
    .option("--sign-in-name <name>", "sign-in name of the first administrator", "administrator")
    .option("--public-address <address>", "where people and others reach it, such as https://central.example")
    .option(
      "--database-owner-file <file>",
      "address of an empty PostgreSQL database, for who may create roles there (or JUSTITIA_DATABASE_OWNER)",
    )
    .option("--passphrase-file <file>", "file whose first line shall protect the private keys (or JUSTITIA_PASSPHRASE)")
    .option("--identity-file <file>", "file with the age identity that shall protect them instead")
    .option("--unprotected", "leave the private keys open to whoever can read the folder")
    .option("--json", "the result as JSON, for machines")
    .description("make an authority: keys, storage, first administrator; asks for what is not said")
    .action(async (folder, options) => {
      const { authorityInitCommand } = await import("./authority-init.ts");
      done(await authorityInitCommand(folder, options, around));
    });
  opening(
    authority
      .command("serve")
      .argument("<folder>")
      .option("--port <number>", "port of the pages", "4180")
      .option("--host <name>", "name or address to listen at", "127.0.0.1")
      .option("--https-key <file>", "private key of the certificate")
      .option("--https-certificate <file>", "certificate, with those between it and its root")
      .option(
        "--trusted-proxy <address>",
        "proxy that encrypts and says who asks, or a network of such (repeatable)",
        collect,
      )
      .option("--public-address <address>", "where people and others reach it, such as https://central.example")
      .description("serve the pages of an authority, and take messages of others"),
  ).action(async (folder, options) => {
    const { authorityServeCommand } = await import("./authority.ts");
    done(await authorityServeCommand(folder, options, around));
  });
  opening(
    authority
      .command("introduction")
      .argument("<folder>")
      .option("--output <file>", "write there instead of to the screen")
      .option("--public-address <address>", "where others reach it")
      .description("what another authority needs to know this one by"),
  ).action(async (folder, options) => {
    const { introductionCommand } = await import("./authority-office.ts");
    done(await introductionCommand(folder, options, around));
  });
  opening(
    authority
      .command("person")
      .description("people of an authority")
      .command("add")
      .argument("<folder>")
      .requiredOption("--name <name>", "name of the person")
      .requiredOption("--sign-in-name <name>", "what the person types to sign in")
      .requiredOption("--role <role>", "what the person does (repeatable)", collect)
      .option("--office <id>", "office of the person (default: the first one)")
      .option("--json", "the result as JSON, for machines")
      .description("add a person, with a password that has to be changed at the first sign-in"),
  ).action(async (folder, options) => {
    const { personAddCommand } = await import("./authority-office.ts");
    done(await personAddCommand(folder, options, around));
  });
  opening(
    authority
      .command("office")
      .description("offices of an authority")
      .command("add")
      .argument("<folder>")
      .requiredOption("--id <id>", "identifier, such as cybercrime-unit")
      .requiredOption("--name <name>", "what it is called")
      .description("add an office"),
  ).action(async (folder, options) => {
    const { officeAddCommand } = await import("./authority-office.ts");
    done(await officeAddCommand(folder, options, around));
  });
  opening(
    authority
      .command("partner")
      .description("authorities that messages are exchanged with")
      .command("add")
      .argument("<folder>")
      .argument("<introduction>", "file that the other authority handed over")
      .requiredOption("--fingerprint <text>", "the fingerprint as the other authority read it out, by telephone")
      .option("--name <name>", "what it is called (default: as it says)")
      .option("--country <code>", "its State (default: as it says)")
      .option("--address <address>", "where its messages are brought (default: as it says)")
      .description("add another authority from its introduction"),
  ).action(async (folder, introduction, options) => {
    const { partnerAddCommand } = await import("./authority-office.ts");
    done(await partnerAddCommand(folder, introduction, options, around));
  });
  opening(
    authority
      .command("keys")
      .description("keys of an authority")
      .command("renew")
      .argument("<folder>")
      .option("--after <days>", "days until the new keys are valid, in which partners learn of them", "7")
      .description("make new keys and tell the partners, before the old ones run out"),
  ).action(async (folder, options) => {
    const { renewKeysCommand } = await import("./authority-office.ts");
    done(await renewKeysCommand(folder, options, around));
  });
  opening(
    authority
      .command("passphrase")
      .argument("<folder>")
      .option("--new-passphrase-file <file>", "file with the new one (or JUSTITIA_NEW_PASSPHRASE)")
      .option("--new-identity-file <file>", "file with an age identity to open them from now on")
      .description("change what opens the private keys"),
  ).action(async (folder, options) => {
    const { passphraseCommand } = await import("./authority-office.ts");
    done(await passphraseCommand(folder, options, around));
  });
  opening(
    authority
      .command("statistics")
      .argument("<folder>")
      .option("--year <year>", "of the closing (default: every year)")
      .option("--threshold <number>", "counts from 1 to one less than this are suppressed", "5")
      .option("--csv", "the release file, with SDMX-style columns and status")
      .option("--json", "the releases as JSON, for machines")
      .option("--output <file>", "write there instead of to the screen")
      .description("closed matters under disclosure control: what may be published"),
  ).action(async (folder, options) => {
    const { authorityStatisticsCommand } = await import("./authority-statistics.ts");
    done(await authorityStatisticsCommand(folder, options, around));
  });
  authority
    .command("notify")
    .argument("<folder>")
    .option("--test", "send a trial message to whoever would be told first now")
    .option("--to <name>", "send it to this person instead, by the name to sign in with")
    .option("--json", "the result as JSON, for machines")
    .description("say how people are told outside the pages and who is on duty; try it")
    .action(async (folder, options) => {
      const { authorityNotifyCommand } = await import("./authority-notify.ts");
      done(await authorityNotifyCommand(folder, options, around));
    });
  authority
    .command("upgrade")
    .argument("<folder>")
    .option("--database-owner-file <file>", "address of the database for its owner (or JUSTITIA_DATABASE_OWNER)")
    .description("bring the database of an authority to the form that this program needs")
    .action(async (folder, options) => {
      const { authorityUpgradeCommand } = await import("./authority-init.ts");
      done(await authorityUpgradeCommand(folder, options, around));
    });
  opening(
    authority
      .command("export")
      .argument("<folder>")
      .argument("<matter>", "identifier of the matter, as in the address of its page")
      .requiredOption("--reason <text>", "why it is exported; it is logged")
      .requiredOption("--output <file>", "where the bundle is written")
      .option("--recipient <age recipient>", "who can read the evidence; without one its keys are withheld")
      .description("export a matter as one file that `justitia verify` checks anywhere"),
  ).action(async (folder, matter, options) => {
    const { authorityExportCommand } = await import("./authority-records.ts");
    done(await authorityExportCommand(folder, matter, options, around));
  });
  opening(
    authority
      .command("check")
      .argument("<folder>")
      .option("--json", "the result as JSON, for machines")
      .description("hold log, vault and database against each other and against what partners have cosigned"),
  ).action(async (folder, options) => {
    const { authorityCheckCommand } = await import("./authority-records.ts");
    done(await authorityCheckCommand(folder, options, around));
  });
  authority
    .command("backup")
    .argument("<folder>")
    .requiredOption("--to <folder>", "a new folder for the backup")
    .option("--database-owner-file <file>", "address of the database for its owner (or JUSTITIA_DATABASE_OWNER)")
    .option("--json", "the result as JSON, for machines")
    .description("copy everything an authority keeps, as of one moment, also while it is served from PostgreSQL")
    .action(async (folder, options) => {
      const { authorityBackupCommand } = await import("./authority-backup.ts");
      done(await authorityBackupCommand(folder, options, around));
    });
  opening(
    authority
      .command("restore")
      .argument("<backup>", "folder that `backup` wrote")
      .requiredOption("--to <folder>", "a new folder for the authority")
      .option("--digest <sha256>", "what `backup` said that the SHA-256 of the backup is; it is checked first")
      .option(
        "--erasures <file>",
        "the register of erasures that was kept elsewhere: what was erased since is erased again",
      )
      .option(
        "--database-owner-file <file>",
        "address of an empty PostgreSQL database, for who may create roles there (or JUSTITIA_DATABASE_OWNER); without it, PGlite in the folder",
      )
      .option("--json", "the result as JSON, for machines")
      .description("make an authority again from a backup, and prove that it is the same"),
  ).action(async (backup, options) => {
    const { authorityRestoreCommand } = await import("./authority-backup.ts");
    done(await authorityRestoreCommand(backup, options, around));
  });
}
