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
  const said = form.querySelector("[data-said]");
  const button = form.querySelector("button");
  const part = 4 * 1024 * 1024;
  const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const memory = (file) => [location.pathname, file.name, file.size, file.lastModified].join("|");
  const place = () => form.dataset.upload + "/" + field("upload").value;
  const headers = () => ({ "x-csrf": field("csrf").value });

  class Refused extends Error {}
  async function ask(method, more, body) {
    const answer = await globalThis.fetch(place(), { method, headers: { ...headers(), ...more }, body, redirect: "error" });
    if (answer.ok || answer.status === 409) return (await answer.json()).received;
    if (answer.status < 500) throw new Refused();
    throw new Error();
  }

  async function send(file) {
    for (let wait = 500; ; wait = Math.min(wait * 2, 15000)) {
      try {
        let at = await ask("PUT", { "x-begin": "yes" });
        while (at < file.size) {
          bar.value = at;
          const bytes = await file.slice(at, at + part).arrayBuffer();
          const digest = hex(await crypto.subtle.digest("SHA-256", bytes));
          at = await ask("PUT", { "x-offset": String(at), "x-digest": digest }, bytes);
          said.textContent = "";
          wait = 500;
        }
        bar.value = file.size;
        return;
      } catch (error) {
        if (error instanceof Refused || error instanceof DOMException) throw error;
        said.textContent = said.dataset.interrupted;
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
    const kept = sessionStorage.getItem(memory(file));
    if (kept === null) sessionStorage.setItem(memory(file), field("upload").value);
    else field("upload").value = kept;
    shown.hidden = false;
    bar.max = Math.max(1, file.size);
    try {
      await send(file);
    } catch {
      // The server says what is wrong when it gets the form in one piece.
      button.disabled = false;
      form.submit();
      return;
    }
    said.textContent = said.dataset.checking;
    sessionStorage.removeItem(memory(file));
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
