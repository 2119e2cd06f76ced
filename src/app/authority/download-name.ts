/** Endings that a double click, or a browser, would run or show with rights of its own. */
const dangerous =
  /\.(?:a3x|apk|appimage|app|application|bat|bin|cab|chm|cmd|com|command|cpl|deb|desktop|dll|dmg|docm|dotm|exe|gadget|hta|htm|html|img|inf|iso|jar|js|jse|ksh|lnk|mht|mhtml|msc|msi|msp|pif|pkg|potm|ppam|ppsm|pptm|ps1|psm1|py|rb|reg|rpm|run|scf|scr|sh|svg|svgz|swf|url|vb|vbe|vbs|vhd|vhdx|wsf|wsh|xht|xhtml|xla|xlam|xlsm|xltm|xml|xsl|xslt)$/i;
/** Names that Windows takes for devices. */
const devices = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
/** Controls, and marks that turn the direction of text around so that an ending looks like another. */
const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const longest = 150;

/**
 * A name under which a file that somebody brought may be saved: no folder, nothing hidden, no device; what could be run
 * gets an ending that nothing opens. Pure.
 *
 * @param given - The name as it was brought, which is never trusted.
 */
export function downloadName(given: string): string {
  const last =
    given
      .toWellFormed()
      .split(/[/\\:]/)
      .at(-1) ?? "";
  const plain = last
    .replaceAll(hidden, "")
    .replaceAll(/[<>"|?*%]/g, "_")
    .replaceAll(/\s+/g, " ")
    .replace(/^[. ]+/, "")
    .replace(/[. ]+$/, "");
  const short = [...plain]
    .slice(-longest)
    .join("")
    .replace(/^[. ]+/, "");
  const named = short === "" ? "file" : devices.test(short) ? `_${short}` : short;
  return dangerous.test(named) ? `${named}.quarantine` : named;
}

/** The header that has a browser save a file under a name and never show it (RFC 6266, RFC 8187). */
export function attachmentHeader(given: string): string {
  const name = downloadName(given);
  const plain = name.replaceAll(/[^A-Za-z0-9._ -]/g, "_");
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*!]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
