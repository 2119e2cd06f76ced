/** Why the body of a request or an answer was not read to its end. */
export type BodyProblem = "too-large" | "too-slow" | "broken-off" | "not-text";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a body of at most so many bytes in at most so much time. What is too large is not read on, so that nobody can
 * fill the memory; what is too slow is let go, so that nobody can keep the line.
 */
export async function readLimited(
  body: ReadableStream<Uint8Array> | null,
  longest: number,
  timeout: number,
): Promise<{ readonly text: string } | { readonly problem: BodyProblem }> {
  if (body === null) return { text: "" };
  const reader = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<"too-slow">((resolve) => {
    timer = setTimeout(resolve, timeout, "too-slow");
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  let problem: BodyProblem | undefined;
  try {
    while (problem === undefined) {
      const next = await Promise.race([reader.read(), tooSlow]);
      if (next === "too-slow") problem = next;
      else if (next.done) break;
      else {
        size += next.value.length;
        if (size > longest) problem = "too-large";
        else parts.push(next.value);
      }
    }
  } catch {
    problem = "broken-off";
  } finally {
    clearTimeout(timer);
  }
  if (problem !== undefined) {
    reader.cancel().catch(() => undefined);
    return { problem };
  }
  try {
    return { text: decoder.decode(Buffer.concat(parts)) };
  } catch {
    return { problem: "not-text" };
  }
}
