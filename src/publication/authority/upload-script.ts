import { createHash } from "node:crypto";

/**
 * Sends a chosen file in parts, each with its SHA-256, and goes on where the server is after a cut; then sends the rest
 * of the form. Without it, or where the browser has no digests, the form goes in one piece.
 */
export const uploadScript = `"use strict";
(() => {
  const form = document.querySelector("form[data-upload]");
  if (form === null || !globalThis.crypto?.subtle) return;
  const field = (name) => form.elements.namedItem(name);
  const shown = form.querySelector("[data-progress]");
  const bar = form.querySelector("progress");
  const percent = form.querySelector("[data-percent]");
  const said = form.querySelector("[data-said]");
  const button = form.querySelector("button");
  const part = 4 * 1024 * 1024;
  const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // By a digest, so that no name of a file stays in the browser; the same in each language of the pages.
  async function memory(file) {
    const where = form.dataset.upload.replace(/^\\/[a-z]+/, "");
    const about = [where, file.name, file.size, file.lastModified].join("|");
    return "upload " + hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(about)));
  }
  const place = () => form.dataset.upload + "/" + field("upload").value;
  const headers = () => ({ "x-csrf": field("csrf").value });

  class Refused extends Error {}
  class Stranger extends Error {}
  let doubts = 0;
  async function ask(method, more, body) {
    const answer = await globalThis.fetch(place(), { method, headers: { ...headers(), ...more }, body, redirect: "error" });
    if (answer.ok || answer.status === 409) {
      doubts = 0;
      return (await answer.json()).received;
    }
    if (answer.status === 401 || answer.status === 403) throw new Stranger();
    if (answer.status < 500) throw new Refused();
    throw new Error();
  }

  // Whoever signed in anew, in another window, has another token; nobody has one before that.
  async function renewed() {
    const answer = await globalThis.fetch(location.pathname);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("form[data-upload] input[name=csrf]")?.value;
    if (token === undefined) return false;
    field("csrf").value = token;
    doubts += 1;
    if (doubts > 3) throw new Refused();
    return true;
  }

  async function send(file) {
    for (let wait = 500; ; wait = Math.min(wait * 2, 15000)) {
      try {
        let at = await ask("PUT", { "x-begin": "yes" });
        while (at < file.size) {
          bar.value = at;
          percent.textContent = Math.floor((100 * at) / file.size) + " %";
          const bytes = await file.slice(at, at + part).arrayBuffer();
          const digest = hex(await crypto.subtle.digest("SHA-256", bytes));
          at = await ask("PUT", { "x-offset": String(at), "x-digest": digest }, bytes);
          said.textContent = "";
          wait = 500;
        }
        bar.value = file.size;
        percent.textContent = "100 %";
        return;
      } catch (error) {
        if (error instanceof Refused || error instanceof DOMException) throw error;
        said.textContent = error instanceof Stranger ? said.dataset.ended : said.dataset.interrupted;
        try {
          if (error instanceof Stranger && (await renewed())) continue;
        } catch (worse) {
          if (worse instanceof Refused) throw worse;
        }
        await pause(wait);
      }
    }
  }

  form.addEventListener("submit", async (event) => {
    const input = field("file");
    const file = input.files[0];
    if (file === undefined) return;
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    const key = await memory(file);
    const [kept, fresh] = [localStorage.getItem(key), field("upload").value];
    if (kept === null) localStorage.setItem(key, fresh);
    else field("upload").value = kept;
    shown.hidden = false;
    bar.max = Math.max(1, file.size);
    try {
      await send(file).catch((error) => {
        if (kept === null) throw error;
        // Begun by somebody else at this computer.
        localStorage.setItem(key, fresh);
        field("upload").value = fresh;
        doubts = 0;
        return send(file);
      });
    } catch {
      // The server says what is wrong when it gets the form in one piece.
      button.disabled = false;
      form.submit();
      return;
    }
    said.textContent = said.dataset.checking;
    field("fileName").value = file.name;
    field("here").value = String(file.size);
    input.disabled = true;
    form.enctype = "application/x-www-form-urlencoded";
    form.action = form.dataset.whole;
    form.submit();
  });
})();
`;

/** Where the script is served; the address names the content. */
export const uploadScriptAddress = `/upload-${createHash("sha256").update(uploadScript).digest("hex").slice(0, 12)}.js`;
