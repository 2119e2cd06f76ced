import type { ApiKind, ApiSettings } from "./location.ts";

/** What one page says. */
export interface PageReading {
  readonly rows: readonly unknown[];
  /** Rows of all pages, when the interface tells. */
  readonly total: number | undefined;
  /** A mark of the data's edition, the same on every page of one edition, when the interface tells. */
  readonly edition: string | undefined;
  /** Address of the next page; undefined after the last. */
  readonly next: string | undefined;
}

/** From which value on an incremental pull asks. */
export interface Since {
  readonly column: string;
  readonly value: string | number;
}

const rowsAtOnce: Readonly<Record<ApiKind, number | undefined>> = {
  socrata: 10_000,
  "world-bank": 1_000,
  "who-odata": undefined,
  "cbs-odata": undefined,
  ckan: 10_000,
};

/** Address of the first page. */
export function firstPage(api: ApiSettings, since: Since | undefined): string {
  const url = addressWithQuery(api, since);
  const parameters = url.searchParams;
  const size = api.pageSize ?? rowsAtOnce[api.kind];
  const column = api.incremental?.column;
  switch (api.kind) {
    case "socrata":
      // The order of rows is not fixed otherwise, and pages would overlap (dev.socrata.com/docs/paging).
      setUnless(parameters, "$order", column === undefined ? ":id" : `${column},:id`);
      parameters.set("$limit", String(size));
      parameters.set("$offset", "0");
      break;
    case "world-bank":
      parameters.set("format", "json");
      parameters.set("per_page", String(size));
      parameters.set("page", "1");
      break;
    case "who-odata":
    case "cbs-odata":
      if (api.kind === "cbs-odata") setUnless(parameters, "$format", "json");
      if (column !== undefined) setUnless(parameters, "$orderby", column);
      if (size !== undefined) {
        setUnless(parameters, "$orderby", api.kind === "who-odata" ? "Id" : "ID");
        parameters.set("$top", String(size));
        parameters.set("$skip", "0");
      }
      break;
    case "ckan":
      setUnless(parameters, "sort", "_id");
      parameters.set("limit", String(size));
      parameters.set("offset", "0");
      break;
    default:
      return api.kind satisfies never;
  }
  return url.href;
}

/** Address that answers how many rows there are, for an interface whose pages do not tell; undefined for the others. */
export function countAddress(api: ApiSettings, since: Since | undefined): string | undefined {
  const query = api.query ?? {};
  if (api.kind !== "socrata" || ["$select", "$group", "$having", "$query"].some((name) => name in query))
    return undefined;
  const url = addressWithQuery(api, since);
  url.searchParams.delete("$order");
  url.searchParams.set("$select", "count(*) as rows_in_all");
  return url.href;
}

/** The number of rows in the answer to `countAddress`, or undefined when it is none. */
export function readCount(body: unknown): number | undefined {
  const row = Array.isArray(body) ? body[0] : undefined;
  return wholeNumber(member(row, "rows_in_all"));
}

/**
 * Reads one page.
 *
 * @param first - Address of the first page.
 * @param asked - Address that the page was asked for with.
 * @param rowsBefore - Rows of the pages before this one.
 * @returns The page, or in a sentence what is wrong with it; `lasting` when asking again will not help.
 */
export function readPage(
  api: ApiSettings,
  first: string,
  asked: string,
  body: unknown,
  rowsBefore: number,
): PageReading | { readonly fault: string; readonly lasting: boolean } {
  switch (api.kind) {
    case "socrata": {
      if (!Array.isArray(body)) return fault(`expected a list of rows, found ${describe(body)}${errorText(body)}`);
      return {
        rows: body,
        total: undefined,
        edition: undefined,
        next: body.length === 0 ? undefined : skipTo(asked, "$offset", rowsBefore + body.length),
      };
    }
    case "world-bank":
      return readWorldBankPage(asked, body);
    case "who-odata":
    case "cbs-odata":
      return readODataPage(api, first, asked, body, rowsBefore);
    case "ckan": {
      const result = member(body, "result");
      const rows = member(result, "records");
      if (member(body, "success") === false || !Array.isArray(rows)) {
        return fault(`expected success with records, found ${describe(body)}${errorText(body)}`);
      }
      const estimated = member(result, "total_was_estimated") === true;
      const total = estimated ? undefined : wholeNumber(member(result, "total"));
      const after = rowsBefore + rows.length;
      const done = rows.length === 0 || (total !== undefined && after >= total);
      return { rows, total, edition: undefined, next: done ? undefined : skipTo(asked, "offset", after) };
    }
    default:
      return api.kind satisfies never;
  }
}

function readWorldBankPage(asked: string, body: unknown): ReturnType<typeof readPage> {
  const [head, list]: readonly unknown[] = Array.isArray(body) ? body : [];
  const page = wholeNumber(member(head, "page"));
  const pages = wholeNumber(member(head, "pages"));
  const total = wholeNumber(member(head, "total"));
  const rows = list ?? [];
  if (page === undefined || pages === undefined || total === undefined || !Array.isArray(rows)) {
    return fault(`expected [page information, rows], found ${describe(body)}${errorText(head)}`);
  }
  const askedPage = Number(new URL(asked).searchParams.get("page"));
  if (pages > 0 && page !== askedPage) return fault(`asked for page ${askedPage}, but page ${page} came`);
  const updated = member(head, "lastupdated");
  const next = new URL(asked);
  next.searchParams.set("page", String(askedPage + 1));
  return {
    rows,
    total,
    edition: typeof updated === "string" ? updated : undefined,
    next: page < pages ? next.href : undefined,
  };
}

function readODataPage(
  api: ApiSettings,
  first: string,
  asked: string,
  body: unknown,
  rowsBefore: number,
): ReturnType<typeof readPage> {
  const rows = member(body, "value");
  if (!Array.isArray(rows)) return fault(`expected an object with value, found ${describe(body)}${errorText(body)}`);
  const total = wholeNumber(member(body, "@odata.count") ?? member(body, "odata.count"));
  const link = member(body, "@odata.nextLink") ?? member(body, "odata.nextLink");
  const reading = { rows, total, edition: undefined };
  if (link === undefined || link === null || link === "") {
    const done =
      api.pageSize === undefined || rows.length === 0 || (total !== undefined && rowsBefore + rows.length >= total);
    return { ...reading, next: done ? undefined : skipTo(first, "$skip", rowsBefore + rows.length) };
  }
  if (typeof link !== "string" || !URL.canParse(link, asked))
    return { fault: "the link to the next page is no address", lasting: true };
  const here = new URL(asked);
  const next = new URL(link, asked);
  // Behind a proxy some servers write http into their links although they were asked with https.
  if (here.protocol === "https:" && next.protocol === "http:" && next.port === "") next.protocol = "https:";
  if (next.origin !== here.origin || next.username !== "" || next.password !== "") {
    return { fault: `the link to the next page leads to another server (${next.origin})`, lasting: true };
  }
  return { ...reading, next: next.href };
}

function addressWithQuery(api: ApiSettings, since: Since | undefined): URL {
  const url = new URL(api.url);
  for (const [name, value] of Object.entries(api.query ?? {})) url.searchParams.set(name, value);
  if (since !== undefined) {
    const name = api.kind === "socrata" ? "$where" : "$filter";
    const operator = api.kind === "socrata" ? ">=" : "ge";
    const condition = `${since.column} ${operator} ${literal(api.kind, since.value)}`;
    const declared = url.searchParams.get(name);
    url.searchParams.set(name, declared === null ? condition : `(${declared}) and ${condition}`);
  }
  return url;
}

/** A value as SoQL and OData write it. OData 4 writes times bare; quotes in texts are doubled. */
function literal(kind: ApiKind, value: string | number): string {
  if (typeof value === "number") return String(value);
  if (kind === "who-odata" && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value)) return value;
  return `'${value.replaceAll("'", "''")}'`;
}

function setUnless(parameters: URLSearchParams, name: string, value: string): void {
  if (!parameters.has(name)) parameters.set(name, value);
}

function skipTo(asked: string, parameter: string, rows: number): string {
  const url = new URL(asked);
  url.searchParams.set(parameter, String(rows));
  return url.href;
}

function fault(message: string): { fault: string; lasting: boolean } {
  return { fault: message, lasting: false };
}

/** A property of something that may be no object. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== "object") return `a ${typeof value}`;
  return `an object with ${Object.keys(value).slice(0, 5).join(", ")}`;
}

/** What the server itself says about the error, on one line. */
function errorText(body: unknown): string {
  const candidate = member(body, "message") ?? member(body, "error") ?? member(body, "odata.error");
  if (candidate === undefined) return "";
  const text = typeof candidate === "string" ? candidate : JSON.stringify(candidate);
  return `; the server says: ${text.slice(0, 300).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")}`;
}
