/** What a column is likely about. It is a likelihood from its name and values, for a person to confirm. */
export type Role = "sex" | "age" | "area" | "date" | "offence" | "count" | "identifier" | "person";

const nameWords: readonly (readonly [Role, RegExp])[] = [
  ["sex", /\b(sex|sexo|sexe|gender|genero|geschlecht|pol)\b|性别|пол\b|الجنس/u],
  ["age", /\b(age|ages|age ?group|edad|alter|altersgruppe|idade)\b|年龄|возраст|العمر/u],
  [
    "offence",
    /\b(offences?|offenses?|crimes?|delitos?|delikt|straftat|infraction|infraccion|iucr|iccs|crime type|charge|ucr)\b|罪名|案由|преступ|جريمة/u,
  ],
  [
    "person",
    /\b(first ?name|last ?name|surname|full ?name|birth|dob|phone|email|passport|dni|ssn|nombre completo|apellidos?)\b|姓名|身份证/u,
  ],
  [
    "area",
    /\b(area|areas|region|regions|subregion|subregions|district|state|province|provincia|county|country|community|municipality|municipio|entidad|estado|land|bundesland|gemeinde|departement|departamento|iso ?3|iso ?2|geo|ref area|city|ward|beat|territory|pais|ent|spatial ?dim)\b|地区|省|город|регион|منطقة/u,
  ],
  [
    "count",
    /\b(counts?|number|value|values|obs value|victims|persons|people|population|total|cases|incidents|cantidad|anzahl|personen|casos|victimas|n victimas|pob|nombre de|effectif|numeric ?value)\b|人数|数量|число|عدد/u,
  ],
  [
    "identifier",
    /\b(id|ids|uuid|code|codes|codigo|clave|case ?number|case|nr|no|fall nr|record|folio|expediente|aktenzeichen)\b|编号/u,
  ],
];

/** Words of a column's name: `occurredAt`, `Fall-Nr` and `Género` as `occurred at`, `fall nr` and `genero`. */
export function nameAsWords(name: string): string {
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** The role that a column's name suggests. */
export function roleOfName(name: string): Role | undefined {
  const words = nameAsWords(name);
  // A column such as SpatialDimType says what another one holds.
  return nameWords.find(([role, pattern]) => pattern.test(words) && !(role === "area" && /\btype$/.test(words)))?.[0];
}

const sexWords: readonly (readonly [code: "F" | "M" | "_T" | "_U", words: readonly string[]])[] = [
  [
    "F",
    "f female females w weiblich mujer mujeres femenino feminino femme femmes feminin woman women fmle 女 女性 ж женский أنثى".split(
      " ",
    ),
  ],
  [
    "M",
    "m male males man men hombre hombres masculino homme hommes masculin mannlich mle 男 男性 м мужской ذكر".split(" "),
  ],
  ["_T", "t _t total both all btsx insgesamt ambos".split(" ").concat("both sexes", "ambos sexos")],
  [
    "_U",
    "u _u unknown unspecified unbekannt desconocido 不详"
      .split(" ")
      .concat("not known", "no identificado", "not specified"),
  ],
];

/**
 * SDMX codes for the texts of a column of sexes: F, M, `_T` total, `_U` unknown; texts that are none of these stay out.
 * Undefined unless both sexes are among them. Beside `H`, `M` is mujer, not male.
 */
export function sexCodes(texts: readonly string[]): Readonly<Record<string, string>> | undefined {
  const plain = (text: string): string => nameAsWords(text) || text.toLowerCase();
  const spanish = texts.some((text) => plain(text) === "h") && texts.some((text) => plain(text) === "m");
  const found: Record<string, string> = {};
  for (const text of texts) {
    const word = plain(text);
    if (spanish && (word === "h" || word === "m")) found[text] = word === "h" ? "M" : "F";
    else {
      const code = sexWords.find(([, words]) => words.includes(word))?.[0];
      if (code !== undefined) found[text] = code;
    }
  }
  const codes = new Set(Object.values(found));
  return codes.has("F") && codes.has("M") ? found : undefined;
}

/** Codes for age groups written as `0-17`, `18 to 29`, `65+` or `under 5`; undefined unless every text is one of these. */
export function ageCodes(texts: readonly string[]): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  for (const text of texts) {
    const code = ageCode(text.trim());
    if (code === undefined) return undefined;
    found[text] = code;
  }
  return Object.values(found).some((code) => code.startsWith("Y")) ? found : undefined;
}

function ageCode(text: string): string | undefined {
  if (/^(total|all ages|all|_t|insgesamt)$/i.test(text)) return "_T";
  if (/^(unknown|_u|not known|unbekannt|desconocido|no especificado|no identificado)$/i.test(text)) return "_U";
  if (/^Y(\d+T\d+|_GE\d+|_LT\d+)$/.test(text)) return text;
  const bare = text
    .replace(/(years?( old)?|años|jahre|ans|岁)(?![a-z])/gi, "")
    .replace(/^.*\((.*)\)$/, "$1")
    .replace(/\s+/g, " ")
    .trim();
  const span = /^(\d{1,3})\s*(?:-|–|to|a|bis|à|至)\s*(\d{1,3})$/i.exec(bare);
  if (span !== null && Number(span[1]) <= Number(span[2])) return `Y${Number(span[1])}T${Number(span[2])}`;
  const above =
    /^(?:(?:>=|≥)\s*(\d{1,3})|(\d{1,3})\s*(?:\+|plus|and over|and older|y más|y mas|or over|und älter))$/i.exec(bare);
  if (above !== null) return `Y_GE${Number(above[1] ?? above[2])}`;
  const below = /^(?:<|under|below|unter|menos de)\s*(\d{1,3})$/i.exec(bare);
  return below === null ? undefined : `Y_LT${Number(below[1])}`;
}
