// Brings what a fresh checkout lacks. Plain JavaScript, because it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const forTests = process.argv.includes("--for-tests");
const inCI = process.env.CI === "true";

function run(command, args) {
  process.stdout.write(`> ${command} ${args.join(" ")}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, args, { cwd: root, env, stdio: "inherit" }).status === 0;
}

function time(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

const ownCluster = "/etc/postgresql-common/createcluster.d/justitia-tests.conf";

/** The tests start servers of their own: the package shall not make and start one for the whole machine. */
function withoutCluster(install) {
  mkdirSync(dirname(ownCluster), { recursive: true });
  writeFileSync(ownCluster, "create_main_cluster = false\n");
  try {
    return install();
  } finally {
    rmSync(ownCluster, { force: true });
  }
}

const installed = time(`${root}/node_modules/.package-lock.json`);
if (installed === 0 || installed < time(`${root}/package-lock.json`) || installed < time(`${root}/package.json`)) {
  if (!run("npm", ["install", "--no-audit", "--no-fund"])) {
    process.stderr.write("npm install failed; see above.\n");
    process.exit(1);
  }
}

if (forTests) {
  const missing = [];
  if (!["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].some(existsSync))
    missing.push("chromium");
  if (
    !existsSync("/usr/share/fonts/opentype/noto") ||
    !readdirSync("/usr/share/fonts/opentype/noto").some((name) => name.includes("CJK"))
  ) {
    missing.push("fonts-noto-cjk");
  }
  if (!existsSync("/usr/share/fonts/truetype/noto")) missing.push("fonts-noto-core");
  if (!existsSync("/usr/bin/strace")) missing.push("strace");
  const postgres = "/usr/lib/postgresql";
  const hasPostgres =
    existsSync(postgres) && readdirSync(postgres).some((version) => existsSync(`${postgres}/${version}/bin/initdb`));
  if (!hasPostgres) missing.push("postgresql");
  if (missing.length > 0) {
    const able = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
    const done =
      able &&
      run("apt-get", ["update", "-qq"]) &&
      withoutCluster(() => run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing]));
    if (!done) {
      const which = [
        missing.includes("postgresql") ? "of the database" : undefined,
        missing.includes("strace") ? "of failing system calls" : undefined,
        missing.some((name) => name !== "postgresql" && name !== "strace") ? "of the browser" : undefined,
      ].filter((name) => name !== undefined);
      process.stderr.write(
        `\n*** Tests ${which.join(" and ")} will be SKIPPED: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing.\n` +
          `*** Get them with: apt-get install ${missing.join(" ")}\n\n`,
      );
      if (inCI) process.exit(1);
    }
  }
}
