const browsers: readonly (readonly [name: string, mark: RegExp])[] = [
  ["Edge", /\bEdg(?:e|A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Firefox", /\b(?:Firefox|FxiOS)\//],
  ["Chrome", /\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//],
  ["Safari", /\bVersion\/\S+ (?:Mobile\/\S+ )?Safari\//],
];
const systems: readonly (readonly [name: string, mark: RegExp])[] = [
  ["Windows", /\bWindows\b/],
  ["Android", /\bAndroid\b/],
  ["iOS", /\b(?:iPhone|iPad)\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["macOS", /\bMac OS X\b/],
  ["Linux", /\bLinux\b/],
];

/**
 * The families of browser and system that a browser names itself by, such as `Firefox, Linux`: enough for a person to
 * know the own desk by, and no more. null where neither is known.
 *
 * @param userAgent - The header `User-Agent`; whoever sends it may say anything.
 */
export function browserFamily(userAgent: string): string | null {
  const said = userAgent.slice(0, 500);
  const named = [browsers, systems].flatMap((list) => list.find(([, mark]) => mark.test(said))?.[0] ?? []);
  return named.length === 0 ? null : named.join(", ");
}
