/** Whether a host is this machine itself. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * What is wrong with an address as a place to fetch data from, as a sentence, or undefined when it may be asked.
 *
 * @param unencrypted - Whether http is accepted for hosts other than this machine.
 */
export function urlFault(address: string, unencrypted: boolean): string | undefined {
  if (!URL.canParse(address)) return "this is no complete address such as https://example.org/data.csv";
  const url = new URL(address);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return `an address begins with https://, not with ${url.protocol} (a local file is declared with file:)`;
  }
  if (url.username !== "" || url.password !== "") {
    return "an address must not hold a user name or password; use headers with env:NAME";
  }
  if (url.protocol === "http:" && !unencrypted && !isLoopback(url.hostname)) {
    return "http can be changed on the way; use https, or declare unencrypted: true";
  }
  return undefined;
}

/**
 * Where a redirect leads, or why it is not followed.
 *
 * @param from - The address that answered with the redirect.
 * @param target - The `Location` header, absolute or relative.
 */
export function redirectTarget(
  from: URL,
  target: string,
  unencrypted: boolean,
): { readonly url: URL } | { readonly fault: string } {
  if (!URL.canParse(target, from.href)) return { fault: "the server redirects to something that is no address" };
  const url = new URL(target, from);
  const fault = urlFault(url.href, unencrypted);
  if (fault !== undefined) return { fault: `the server redirects to ${url.protocol}//${url.host}: ${fault}` };
  if (isLoopback(url.hostname) && !isLoopback(from.hostname)) {
    return { fault: `the server redirects to this machine itself (${url.host}), which is not followed` };
  }
  if (from.protocol === "https:" && url.protocol === "http:") {
    return { fault: `the server redirects from https to http (${url.host}), which is not followed` };
  }
  return { url };
}
