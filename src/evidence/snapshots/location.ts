import { z } from "zod";
import { urlFault } from "./url-rules.ts";

/** Headers that carry a secret; their values come from the environment and never stand in a file. */
const secretHeaders =
  /^(authorization|proxy-authorization|cookie|x-app-token|x-api-key|x-ckan-api-key|api-key|.*-subscription-key)$/i;
/** Headers that the program sets itself, because retrieval and resumption depend on them. */
const ownHeaders =
  /^(host|connection|content-length|transfer-encoding|range|if-range|if-none-match|if-modified-since|accept-encoding)$/i;
const environmentReference = /^env:[A-Za-z_][A-Za-z0-9_]*$/;

const headersSchema = z
  .record(
    z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "the name of an HTTP header")
      .refine((name) => !ownHeaders.test(name), { error: "the program sets this header itself" }),
    z.string().regex(/^[\t\x20-\x7e]*$/, "printable ASCII on one line"),
  )
  .superRefine((headers, context) => {
    for (const [name, value] of Object.entries(headers)) {
      if (secretHeaders.test(name) && !environmentReference.test(value)) {
        context.addIssue({
          code: "custom",
          path: [name],
          message: `the secret of header ${name} must not stand in a file: write env:NAME and set NAME in the environment`,
        });
      }
    }
  })
  .describe(
    "Further request headers. The value `env:NAME` is taken from the environment, so that no secret is in the file.",
  );

const unencryptedSchema = z
  .boolean()
  .optional()
  .describe("Whether an address with http instead of https is accepted. Loopback addresses always are.");

const addressSchema = z
  .string()
  .describe("Address: https, or http when `unencrypted` is set; no user name or password in it.");

/** A file, or several by a pattern, relative to the observatory folder. */
export const fileLocationSchema = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .describe(
        "Path relative to the observatory folder; `*`, `?`, `[a-z]`, `**` and `{a,b}` match several files, in sorted order.",
      ),
  })
  .describe("A local file, or several by a pattern.");

/** All files of a folder that match a pattern. */
export const folderLocationSchema = z
  .strictObject({
    folder: z
      .string()
      .min(1)
      .describe("Path of the folder, relative to the observatory folder; taken as it is written."),
    pattern: z
      .string()
      .min(1)
      .refine((pattern) => !pattern.startsWith("/") && !pattern.split("/").includes(".."), {
        error: "a pattern inside the folder, without a leading / and without ..",
      })
      .describe("Which files of the folder, such as `*.csv` or `**/*.csv.gz`."),
  })
  .describe("The files of a local folder that match a pattern.");

/** A file at a public address. */
export const urlLocationSchema = z
  .strictObject({
    url: addressSchema,
    headers: headersSchema.optional(),
    maximumBytes: z.int().positive().optional().describe("Most bytes that are believed; 8 GiB when absent."),
    unencrypted: unencryptedSchema,
  })
  .superRefine((location, context) => {
    const fault = urlFault(location.url, location.unencrypted === true);
    if (fault !== undefined) context.addIssue({ code: "custom", path: ["url"], message: fault });
  })
  .describe("A file at a public address.");

/** The kinds of paged interfaces that are understood. */
export const apiKinds = ["socrata", "world-bank", "who-odata", "cbs-odata", "ckan"] as const;
export type ApiKind = (typeof apiKinds)[number];

/** A paged interface that answers JSON. */
export const apiLocationSchema = z
  .strictObject({
    api: z
      .strictObject({
        kind: z
          .enum(apiKinds)
          .describe(
            "socrata: SODA 2 `/resource/<id>.json`; world-bank: v2 indicators; who-odata: the GHO; cbs-odata: OData 3 and 4 of Statistics Netherlands; ckan: `datastore_search`.",
          ),
        url: addressSchema,
        query: z
          .record(z.string(), z.string())
          .optional()
          .describe("Further query parameters, such as `$where`. Those that turn the pages are set by the program."),
        pageSize: z
          .int()
          .positive()
          .optional()
          .describe(
            "Rows asked for at once: 10,000 when absent (world-bank: 1,000; the OData kinds: what the server chooses).",
          ),
        requestsPerSecond: z.number().positive().optional().describe("Most requests in a second; 4 when absent."),
        incremental: z
          .strictObject({
            column: z
              .string()
              .regex(/^:?[A-Za-z_][A-Za-z0-9_]*$/, "the name of a column of the source")
              .describe("Column that only grows, such as the date of registration or of the last change."),
          })
          .optional()
          .describe(
            "Ask only for rows from the highest value seen on; earlier pages are kept. The rows of that value come twice, so declare a uniqueness rule. Kinds socrata, who-odata and cbs-odata.",
          ),
        headers: headersSchema.optional(),
        unencrypted: unencryptedSchema,
      })
      .superRefine((api, context) => {
        const fault = urlFault(api.url, api.unencrypted === true);
        if (fault !== undefined) context.addIssue({ code: "custom", path: ["url"], message: fault });
        if (api.incremental !== undefined && (api.kind === "world-bank" || api.kind === "ckan")) {
          context.addIssue({
            code: "custom",
            path: ["incremental"],
            message: `${api.kind} cannot be asked for rows after a value; leave incremental out`,
          });
        }
      })
      .describe("How the interface is asked."),
  })
  .describe("A paged interface that answers JSON; each page becomes one part of the delivery.");

/** One place where a delivery may be found. */
export const locationSchema = z
  .union([fileLocationSchema, folderLocationSchema, urlLocationSchema, apiLocationSchema])
  .describe("Where a delivery may be found: a file, a folder, an address or a paged interface.");

export type FileLocation = z.infer<typeof fileLocationSchema>;
export type FolderLocation = z.infer<typeof folderLocationSchema>;
export type UrlLocation = z.infer<typeof urlLocationSchema>;
export type ApiLocation = z.infer<typeof apiLocationSchema>;
export type ApiSettings = ApiLocation["api"];
export type Location = z.infer<typeof locationSchema>;

const secretParameter = /(key|token|secret|password|signature|credential)/i;

/** An address for people and records: no fragment, and the values of parameters that look like secrets are left out. */
export function addressText(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return address;
  }
  url.hash = "";
  url.username = "";
  url.password = "";
  for (const name of new Set(url.searchParams.keys())) {
    if (secretParameter.test(name)) url.searchParams.set(name, "...");
  }
  return url.href;
}

/** A location as one line without secrets; it names the location in deliveries, problems and progress. */
export function locationText(location: Location): string {
  if ("file" in location) return location.file;
  if ("folder" in location) return `${location.folder.replace(/\/+$/, "")}/${location.pattern}`;
  if ("url" in location) return addressText(location.url);
  const url = URL.canParse(location.api.url) ? new URL(location.api.url) : undefined;
  if (url === undefined) return `${location.api.kind} ${location.api.url}`;
  for (const [name, value] of Object.entries(location.api.query ?? {})) url.searchParams.set(name, value);
  return `${location.api.kind} ${addressText(url.href)}`;
}

const rowsPaths: Readonly<Record<ApiKind, string>> = {
  socrata: "",
  "world-bank": "/1",
  "who-odata": "/value",
  "cbs-odata": "/value",
  ckan: "/result/records",
};

/** Where a page of such an interface holds its rows, as a JSON Pointer; empty for the whole document. */
export function rowsPath(kind: ApiKind): string {
  return rowsPaths[kind];
}

/** The value of a header after `env:NAME` was looked up, or the name of the variable that is not set. */
export function headerValue(
  value: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly value: string } | { readonly unset: string } {
  if (!environmentReference.test(value)) return { value };
  const name = value.slice("env:".length);
  const found = environment[name];
  return found === undefined || found === "" ? { unset: name } : { value: found };
}
