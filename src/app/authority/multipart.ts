import { Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import busboy from "busboy";
import type { FormValues } from "../../publication/index.ts";

/** A file of a form, while it arrives. */
export interface ArrivingFile {
  /** As the browser says it; never trusted. */
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** A form that cannot be read, or that broke off. */
export class FormBroken extends Error {}

/** A text that is too long for its place comes back to be shortened: what nobody would type is refused. */
const limits = { fields: 60, fieldNameSize: 100, fieldSize: 400_000, files: 1, parts: 61, headerPairs: 20 } as const;

/**
 * Reads a form with one file at most, as it arrives; never more than a piece of the file is in memory. Fields that stand
 * after the file are read too, but are not known to `take`.
 *
 * @param take - Is handed the fields that stood before the file, and the file; it must read the content to its end, or throw.
 * @returns The fields.
 * @throws FormBroken where the form is malformed or broke off; what `take` throws.
 */
export async function readForm(
  request: Request,
  take: (fields: FormValues, file: ArrivingFile) => Promise<void>,
): Promise<FormValues> {
  const values = new Map<string, string[]>();
  const fields = (): FormValues => Object.fromEntries(values);
  const { body } = request;
  const type = request.headers.get("content-type") ?? "";
  if (body === null || !/^multipart\/form-data\b/i.test(type)) throw new FormBroken("this is no form with a file");
  let parser: busboy.Busboy;
  try {
    parser = busboy({
      headers: { "content-type": type },
      defParamCharset: "utf8",
      limits,
    });
  } catch (error) {
    throw new FormBroken("this is no form", { cause: error });
  }
  const source = Readable.fromWeb(body as WebStream<Uint8Array>);
  return await new Promise<FormValues>((read, failed) => {
    let taking: Promise<void> = Promise.resolve();
    const stop = (error: unknown): void => {
      source.unpipe(parser);
      source.destroy();
      failed(error);
    };
    parser.on("field", (name, value, info) => {
      if (info.nameTruncated || info.valueTruncated) stop(new FormBroken("a field is too long"));
      // A database cannot keep the character 0, and nobody types it.
      else values.set(name, [...(values.get(name) ?? []), value.replaceAll("\0", "")]);
    });
    parser.on("file", (_name, stream, { filename }) => {
      // A file input that was left empty is sent as a file without a name.
      if (filename === undefined || filename === "") {
        stream.resume();
        return;
      }
      taking = take(fields(), { name: filename, content: stream });
      taking.catch(stop);
    });
    for (const event of ["fieldsLimit", "filesLimit", "partsLimit"] as const)
      parser.on(event, () => stop(new FormBroken("the form has too many parts")));
    parser.on("error", (error) => stop(new FormBroken("the form cannot be read", { cause: error })));
    source.on("error", (error) => {
      parser.destroy();
      stop(new FormBroken("the form broke off", { cause: error }));
    });
    parser.on("close", () => taking.then(() => read(fields()), failed));
    source.pipe(parser);
  });
}
