import { parseHTML } from "linkedom";
import type { AttackedDesk, Visitor } from "./attacked-desk.ts";
import type { Malice } from "./malice.ts";

/** A form as a page shows it to a visitor. */
export interface ShownForm {
  readonly visitor: Visitor;
  readonly address: string;
  readonly multipart: boolean;
  /** Names with what would be sent if nothing were changed. */
  readonly fields: readonly (readonly [string, string])[];
}

/** Pages and forms that visitors are shown. */
export interface Shown {
  readonly pages: readonly { readonly visitor: Visitor; readonly address: string }[];
  readonly forms: readonly ShownForm[];
}

const origin = "http://localhost";
/** One address for all pages that differ by what they are about alone. */
const kindOf = (address: string): string =>
  address
    .replace(/\?.*$/, "")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, "*")
    .replace(/[0-9a-f]{64}/g, "*")
    .replace(/\/(sections|steps|entries|corrections|acts)\/[a-z-]+/g, "/$1/*");

/** Follows every link that a visitor is shown, once for each kind of page. */
export async function formsOf({ desk }: AttackedDesk, visitors: readonly Visitor[]): Promise<Shown> {
  const pages: Shown["pages"][number][] = [];
  const forms = new Map<string, ShownForm>();
  for (const visitor of visitors) {
    const waiting = ["/en", "/en/sign-in", "/en/emergency", "/en/new", "/en/account", "/en/erasure", "/en/workload"];
    const seen = new Set<string>();
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      if (seen.has(kindOf(address))) continue;
      seen.add(kindOf(address));
      const response = await desk.request(`${origin}${address}`, { headers: { cookie: visitor.cookie } });
      const location = response.headers.get("location");
      if (location?.startsWith("/") === true) waiting.push(location);
      if (response.status !== 200 || response.headers.get("content-type")?.startsWith("text/html") !== true) continue;
      pages.push({ visitor, address });
      const { document } = parseHTML(await response.text());
      for (const link of document.querySelectorAll("a[href]")) {
        const to = new URL(link.getAttribute("href") ?? "", `${origin}${address}`);
        if (to.origin === origin && to.pathname.startsWith("/en")) waiting.push(`${to.pathname}${to.search}`);
      }
      for (const form of document.querySelectorAll("form")) {
        const action = new URL(form.getAttribute("action") ?? address, `${origin}${address}`);
        if (form.getAttribute("method")?.toLowerCase() !== "post") continue;
        const fields = [...form.querySelectorAll("input[name], select[name], textarea[name]")].map(
          (field) =>
            [
              field.getAttribute("name") ?? "",
              field.querySelector("option[selected], option")?.getAttribute("value") ??
                field.getAttribute("value") ??
                field.textContent,
            ] as const,
        );
        const key = `${visitor.role} ${kindOf(action.pathname)} ${fields.map(([name]) => name).join()}`;
        const multipart = form.getAttribute("enctype") === "multipart/form-data";
        if (!forms.has(key))
          forms.set(key, { visitor, address: `${action.pathname}${action.search}`, multipart, fields });
      }
    }
  }
  return { pages, forms: [...forms.values()] };
}

const marked = '<script>harm("x")</script>';
/** What must never stand in a page as it was sent. */
export const raw = marked;

/** A value where another was expected. */
function value(malice: Malice): string {
  return malice.pick<() => string>([
    () => "",
    () => malice.text(60),
    () => marked,
    () => `"'>${marked}`,
    () => "x".repeat(malice.pick([100, 501, 5_000, 100_001])),
    () => malice.pick(["0", "-1", "1e309", "NaN", "-0", "9".repeat(400), "0x10", "1,5", "١٢", "1_000", "²"]),
    () =>
      malice.pick(["2026-02-30", "0000-01-01", "9999-12-31", "+275760-09-14", "-1-1-1", "2026-13-01", "12026-01-01"]),
    () => malice.pick(["2026-03-02T25:00", "2026-03-29T02:30", "1582-10-10T00:00", "9999-12-31T23:59:59.999Z"]),
    () => malice.pick(["00000000-0000-0000-0000-000000000000", "01900000-0000-7000-8000-000000000001", "null", "[]"]),
    () => malice.pick(["../../../etc/passwd", "..\\..\\x", "%2e%2e%2f", "/dev/null", "C:\\x", "a\u0000b", "file:///x"]),
    () => malice.pick(["__proto__", "constructor", "toString", "hasOwnProperty", "then", "valueOf"]),
    () => malice.pick(["'; DROP TABLE x; --", "${7*7", "{{7*7}}", "{$x}", ".local $x = {1}", "\r\nset-cookie: a=b"]),
    () => malice.pick(["USD", "ZZZ", "XA", "administrator", "on", "true", "a".repeat(64), "EUR 1", "1.005"]),
    () =>
      malice.pick(["[".repeat(9_999), '{"__proto__":{"kind":"request"}}', '{"id":1,"id":2}', '{"n":1e400}', "null"]),
  ])();
}

/** A name that a field might be read by. */
function strangeName(malice: Malice, name: string): string {
  return malice.pick<() => string>([
    () => `${name}[]`,
    () => `${name}[0][a]`,
    () => `${name}.0.x`,
    () => `${name}.0`,
    () => `${name}.${malice.pick(["99999999999", "-1", "1e3", "__proto__", "constructor.prototype"])}`,
    () => malice.pick(["__proto__", "constructor", "then", "", "csrf", "command", "\u0000", "expectedSequence"]),
    () => malice.text(30),
    () => name.toUpperCase(),
  ])();
}

/** The fields of a form with a few of them changed, taken out, doubled or added. */
function hostileFields(malice: Malice, { fields }: ShownForm): (readonly [string, string])[] {
  const result = fields.filter(([name]) => name !== "csrf");
  for (let count = malice.below(4); count > 0; count -= 1) {
    const at = malice.below(Math.max(1, result.length));
    const [name] = result[at] ?? ["x"];
    malice.pick<() => void>([
      () => void result.splice(at, 1, [name, value(malice)]),
      () => void result.splice(at, 1, [name, value(malice)]),
      () => void result.splice(at, 1),
      () => void result.push([name, value(malice)]),
      () => void result.push([strangeName(malice, name), value(malice)]),
      () => void result.splice(at, 1, [strangeName(malice, name), value(malice)]),
      () => {
        for (let again = malice.below(200); again > 0; again -= 1) result.push([name, String(again)]);
      },
    ])();
  }
  return result;
}

/** Bytes of a form with a file, whole or broken somewhere. */
function multipart(malice: Malice, fields: readonly (readonly [string, string])[]): { type: string; body: Buffer } {
  const boundary = malice.pick(["----x", "b", "x".repeat(70), "a b"]);
  const name = malice.pick([
    "a.pdf",
    "../../../etc/passwd",
    "..\\..\\x.exe",
    'x"; filename="y',
    "\u0000",
    "x".repeat(5_000),
    "con",
    ".",
    "‮fdp.exe",
  ]);
  const parts = fields.map(
    ([field, text]) => `--${boundary}\r\ncontent-disposition: form-data; name="${field}"\r\n\r\n${text}\r\n`,
  );
  const type = malice.pick(["application/pdf", "text/html", "", "multipart/mixed; boundary=c"]);
  parts.push(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${type}\r\n\r\n` +
      `${malice.text(2_000)}\r\n--${boundary}--\r\n`,
  );
  const whole = parts.join("");
  const text = malice.chance() < 0.4 ? malice.changed(whole) : whole;
  const given = malice.pick([boundary, boundary, boundary, "other", ""]);
  return { type: `multipart/form-data; boundary=${given}`, body: Buffer.from(text, "utf8") };
}

const contentTypes = [
  "application/x-www-form-urlencoded",
  "text/plain",
  "application/json",
  "application/x-www-form-urlencoded; charset=utf-16",
  "multipart/form-data",
  "",
] as const;

/** A header with what no browser sends; what the platform itself refuses to send is left out. */
function hostileHeaders(malice: Malice): Record<string, string> {
  const name = malice.pick([
    "accept-language",
    "user-agent",
    "referer",
    "origin",
    "x-forwarded-for",
    "content-length",
    "x-csrf",
  ]);
  return {
    [name]: malice.pick([
      "",
      "ar;q=9,zz",
      "x".repeat(8_000),
      "-1",
      "null",
      "http://evil.example",
      "en, *;q=0",
      "127.0.0.1",
    ]),
  };
}

/** An address with parts of it exchanged for others. */
function hostileAddress(malice: Malice, address: string): string {
  const [path = "", query = ""] = address.split("?");
  const parts = path.split("/");
  const at = 1 + malice.below(Math.max(1, parts.length - 1));
  parts[at] = malice.pick<() => string>([
    () => encodeURIComponent(value(malice).slice(0, 2_000).toWellFormed()),
    () => malice.pick(["%", "%ff", "%00", "..%2f..", "%E0%80%80", "en", "xx", "__proto__", "new"]),
    () => "01900000-0000-7000-8000-000000000001",
  ])();
  const more = new URLSearchParams(query);
  for (let count = malice.below(3); count > 0; count -= 1)
    more.append(
      malice.pick(["after", "due", "whose", "named", "type", "partner", "alarms", "done", "open", "year", "before"]),
      value(malice).slice(0, 2_000),
    );
  return `${parts.join("/")}${more.size > 0 ? `?${more}` : ""}`;
}

/** A request that means harm. */
export function hostileRequest(malice: Malice, { pages, forms }: Shown, visitors: readonly Visitor[]): Request {
  const anybody = visitors[malice.below(visitors.length)];
  const page = pages[malice.below(pages.length)];
  const form = forms[malice.below(forms.length)];
  if (anybody === undefined || page === undefined || form === undefined) throw new RangeError("nothing to attack");
  const current = visitors.find(({ role }) => role === form.visitor.role) ?? anybody;
  const visitor = malice.chance() < 0.9 ? current : anybody;
  const cookie =
    malice.chance() < 0.97 ? visitor.cookie : malice.changed(visitor.cookie).replaceAll(/[^\x20-\x7e]/g, "");
  const strange = malice.chance() < 0.1 ? hostileHeaders(malice) : {};
  if (malice.chance() < 0.15) {
    const address = malice.chance() < 0.7 ? hostileAddress(malice, page.address) : page.address;
    return new Request(`${origin}${address}`, { headers: { ...strange, cookie } });
  }
  const address = malice.chance() < 0.12 ? hostileAddress(malice, form.address) : form.address;
  const fields = hostileFields(malice, form);
  const csrf = malice.chance() < 0.97 ? visitor.csrf() : malice.changed(visitor.csrf());
  fields.push(["csrf", csrf]);
  if (malice.chance() < 0.3) fields.reverse();
  const url = `${origin}${address}`;
  if (form.multipart ? malice.chance() < 0.9 : malice.chance() < 0.02) {
    const { type, body } = multipart(malice, fields);
    return new Request(url, {
      method: "POST",
      headers: { ...strange, cookie, "content-type": type },
      body: new Uint8Array(body),
    });
  }
  const type = malice.chance() < 0.95 ? contentTypes[0] : malice.pick(contentTypes);
  const sent = new URLSearchParams();
  for (const [name, given] of fields) sent.append(name.toWellFormed(), given.toWellFormed());
  const text = sent.toString();
  // Halves of pairs are not written by a browser, but bytes that are no text are sent by others.
  const body =
    malice.chance() < 0.05 ? `${malice.changed(text)}&${malice.pick(["%ED%A0%80", "%ff=%fe", "%", "&&==&"])}` : text;
  return new Request(url, { method: "POST", headers: { ...strange, cookie, "content-type": type }, body });
}
