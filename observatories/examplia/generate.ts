import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createRandom, type Random } from "../../src/statistics/index.ts";
import { type Offence, offences } from "./offences.ts";
import { regions, stationCode } from "./regions.ts";

/** Effects that the simulated country really has: rate ratios by group of offences. */
export const trueEffects = {
  lockdown: {
    from: "2020-03-16",
    until: "2020-06-15",
    rateRatios: {
      homicide: 0.95,
      assault: 0.8,
      sexual: 0.78,
      robbery: 0.52,
      burglary: 0.6,
      theft: 0.48,
      vehicle: 0.55,
      drugs: 1.08,
      fraud: 1.05,
      order: 0.75,
    },
  },
  programme: { from: "2022-04-01", regions: ["R01", "R03", "R07", "R09"], offences: ["501", "502"], rateRatio: 0.8 },
} as const;

const firstDay = Date.UTC(2015, 0, 1);
const lastDay = Date.UTC(2024, 11, 31);
/** The day on which the registers were copied: what was registered later is not in them. */
const extractDay = Date.UTC(2025, 0, 15);
const day = 86_400_000;

export interface GenerateOptions {
  readonly directory: string;
  readonly seed: number;
  /** Part of the country's crime that is simulated: 1 for all, less for a quick look. */
  readonly scale: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What the generator knows about the records it made. */
export interface Truth {
  readonly seed: number;
  readonly scale: number;
  readonly effects: typeof trueEffects;
  readonly incidents: {
    /** Rows in the file, header not counted. */
    readonly rows: number;
    /** Rows that are sound: each one an incident. */
    readonly sound: number;
    readonly impossibleDates: number;
    readonly year1013: number;
    readonly repeated: number;
    readonly ragged: number;
    readonly registeredBeforeOccurred: number;
    readonly byYear: Record<string, number>;
    readonly byCode: Record<string, number>;
    readonly byRegionYear: Record<string, number>;
    /** Incidents that happened and are in no register: not returned, or not registered yet. */
    readonly notReturned: number;
    readonly notYetRegistered: number;
  };
  readonly victims: {
    readonly rows: number;
    readonly bySex: Record<string, number>;
    readonly homicideByYearSex: Record<string, number>;
  };
  readonly returns: { readonly rows: number; readonly notReported: number };
  readonly prisons: { readonly rows: number; readonly negative: number; readonly masked: number };
}

const seasonal: Readonly<Record<Offence["group"], readonly [number, number]>> = {
  // Size of the yearly wave and the month of its top.
  homicide: [0.06, 7],
  assault: [0.12, 7],
  sexual: [0.1, 7],
  robbery: [0.08, 11],
  burglary: [0.14, 12],
  theft: [0.07, 8],
  vehicle: [0.05, 10],
  drugs: [0.04, 6],
  fraud: [0.03, 3],
  order: [0.09, 8],
};
const trend: Readonly<Record<Offence["group"], number>> = {
  homicide: -0.012,
  assault: 0.004,
  sexual: 0.035,
  robbery: -0.03,
  burglary: -0.035,
  theft: -0.01,
  vehicle: -0.02,
  drugs: 0.02,
  fraud: 0.06,
  order: 0,
};
const weekday: Readonly<Record<Offence["group"], readonly number[]>> = {
  // Sunday first; each row has mean 1.
  homicide: [1.25, 0.9, 0.85, 0.88, 0.92, 1.0, 1.2],
  assault: [1.3, 0.85, 0.82, 0.85, 0.9, 1.03, 1.25],
  sexual: [1.2, 0.9, 0.88, 0.9, 0.92, 1.02, 1.18],
  robbery: [1.02, 0.95, 0.95, 0.97, 1.0, 1.06, 1.05],
  burglary: [0.85, 1.02, 1.0, 1.0, 1.02, 1.13, 0.98],
  theft: [0.75, 1.03, 1.03, 1.03, 1.05, 1.1, 1.01],
  vehicle: [0.95, 1.02, 1.0, 1.0, 1.0, 1.03, 1.0],
  drugs: [0.85, 0.95, 1.02, 1.05, 1.08, 1.1, 0.95],
  fraud: [0.5, 1.2, 1.2, 1.15, 1.15, 1.1, 0.7],
  order: [1.2, 0.85, 0.88, 0.9, 0.95, 1.05, 1.17],
};

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
const localDate = (time: Date): string =>
  `${two(time.getUTCDate())}.${two(time.getUTCMonth() + 1)}.${time.getUTCFullYear()}`;
const isoDate = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** A file that appears under its name only when it is whole. */
async function openFile(
  directory: string,
  name: string,
): Promise<{ write(text: string): Promise<void>; finish(): Promise<void> }> {
  const unfinished = join(directory, `.${name}.unfinished`);
  const stream = createWriteStream(unfinished, { highWaterMark: 1 << 20 });
  return {
    async write(text) {
      if (!stream.write(text)) await once(stream, "drain");
    },
    async finish() {
      stream.end();
      await once(stream, "close");
      await rename(unfinished, join(directory, name));
    },
  };
}

/** Makes all registers of Examplia. The same seed and scale give the same bytes. */
export async function generateExamplia(options: GenerateOptions): Promise<Truth> {
  const { directory, seed, scale } = options;
  await mkdir(directory, { recursive: true });
  const returned = await writeReturns(directory, createRandom(seed, 1));
  const { incidents, victims } = await writeIncidents(options, returned.missing);
  const prisons = await writePrisons(directory, createRandom(seed, 3));
  await writePopulations(directory);
  await writeFile(
    join(directory, "codes.csv"),
    `code,title_en,title_zh\r\n${offences.map(({ code, en, zh }) => `${code},"${en}","${zh}"`).join("\r\n")}\r\n`,
  );
  const truth: Truth = { seed, scale, effects: trueEffects, incidents, victims, returns: returned.truth, prisons };
  await writeFile(join(directory, "truth.json"), `${JSON.stringify(truth, null, 1)}\n`);
  return truth;
}

/** Each station's returns by month; some were never made. */
async function writeReturns(
  directory: string,
  random: Random,
): Promise<{ missing: Set<string>; truth: Truth["returns"] }> {
  const missing = new Set<string>();
  const lines = ["station,month,status,received"];
  for (const region of regions) {
    region.stations.forEach((_, index) => {
      const station = stationCode(region, index);
      // Small stations miss more, and one that has missed a month tends to miss the next.
      const risk = 0.004 + (region.level < 0.8 ? 0.012 : 0.002) + index * 0.002;
      let gap = 0;
      for (let month = 0; month < 120; month += 1) {
        const name = `${2015 + Math.floor(month / 12)}-${two((month % 12) + 1)}`;
        if (gap === 0 && random.uniform() < risk) gap = 1 + random.poisson(0.8);
        if (gap > 0) {
          gap -= 1;
          missing.add(`${station} ${name}`);
          lines.push(`${station},${name},not-reported,`);
        } else {
          const received = Date.UTC(2015 + Math.floor(month / 12), (month % 12) + 1, 5 + random.poisson(4));
          lines.push(`${station},${name},reported,${isoDate(received)}`);
        }
      }
    });
  }
  await writeFile(join(directory, "returns.csv"), `${lines.join("\r\n")}\r\n`);
  return { missing, truth: { rows: lines.length - 1, notReported: missing.size } };
}

const weapons = ["firearm", "knife", "other", "none"] as const;

function weaponOf(offence: Offence, random: Random): string {
  const { group, code } = offence;
  if (group !== "homicide" && group !== "assault" && group !== "robbery" && group !== "sexual") return "";
  const u = random.uniform();
  if (u < 0.04) return "";
  const armed = code === "202" ? 0.2 : group === "sexual" ? 0.05 : 0.55;
  if (u > armed) return weapons[3];
  return weapons[random.integer(3)] ?? weapons[2];
}

function ageOf(offence: Offence, random: Random): string {
  if (random.uniform() < 0.03) return "";
  if (offence.code === "303" || offence.code === "208") return String(1 + random.integer(16));
  const centre = offence.group === "sexual" ? 24 : offence.group === "robbery" ? 33 : 36;
  return String(Math.min(98, Math.max(0, Math.round(centre + 14 * random.normal()))));
}

async function writeIncidents(
  options: GenerateOptions,
  missing: ReadonlySet<string>,
): Promise<Pick<Truth, "incidents" | "victims">> {
  const { directory, seed, scale } = options;
  const random = createRandom(seed, 2);
  const incidents = await openFile(directory, "incidents.csv");
  const victims = await openFile(directory, "victims.csv");
  await incidents.write("Fall-Nr;Delikt;Region;Dienststelle;Tatzeit;Erfasst am;Waffe;Versuch;Schaden\r\n");
  await victims.write("incident,offence,region,station,date,sex,age\r\n");
  const total = regions.reduce((sum, { population }) => sum + population, 0);
  const lockFrom = Date.parse(`${trueEffects.lockdown.from}T00:00:00Z`);
  const lockUntil = Date.parse(`${trueEffects.lockdown.until}T00:00:00Z`);
  const programmeFrom = Date.parse(`${trueEffects.programme.from}T00:00:00Z`);
  const programmeRegions = new Set<string>(trueEffects.programme.regions);
  const programmeOffences = new Set<string>(trueEffects.programme.offences);
  const days = (lastDay - firstDay) / day + 1;
  const byYear: Record<string, number> = {};
  const byCode: Record<string, number> = {};
  const byRegionYear: Record<string, number> = {};
  const bySex: Record<string, number> = {};
  const homicideByYearSex: Record<string, number> = {};
  const add = (counts: Record<string, number>, key: string): void => {
    counts[key] = (counts[key] ?? 0) + 1;
  };
  let rows = 0;
  let sound = 0;
  let victimRows = 0;
  let notReturned = 0;
  let notYetRegistered = 0;
  const dirt = { impossibleDates: 0, year1013: 0, repeated: 0, ragged: 0, registeredBeforeOccurred: 0 };
  let wobble = new Map<string, number>();
  for (let index = 0; index < days; index += 1) {
    const now = firstDay + index * day;
    const date = new Date(now);
    const year = date.getUTCFullYear();
    const month = date.getUTCMonth();
    const monthName = `${year}-${two(month + 1)}`;
    const years = (now - firstDay) / (365.25 * day);
    if (date.getUTCDate() === 1) wobble = new Map();
    const lines: string[] = [];
    const persons: string[] = [];
    for (const region of regions) {
      const size = (region.population / total) * region.level * (1 + region.growth) ** years * scale;
      for (const offence of offences) {
        const { group, code } = offence;
        const [wave, top] = seasonal[group];
        const key = region.code + code;
        let chance = wobble.get(key);
        if (chance === undefined) {
          // Months differ by more than chance: a gamma factor with variance 1/60.
          chance = random.gamma(60, 1 / 60);
          wobble.set(key, chance);
        }
        let mean =
          (offence.yearly / 365.25) *
          size *
          Math.exp(trend[group] * years) *
          (1 + wave * Math.cos((2 * Math.PI * (month + 0.5 - top)) / 12)) *
          (weekday[group][date.getUTCDay()] ?? 1) *
          chance;
        if (now >= lockFrom && now < lockUntil) mean *= code === "806" ? 15 : trueEffects.lockdown.rateRatios[group];
        if (now >= programmeFrom && programmeRegions.has(region.code) && programmeOffences.has(code))
          mean *= trueEffects.programme.rateRatio;
        const count = random.poisson(mean);
        for (let one = 0; one < count; one += 1) {
          const station = stationCode(region, pick(region.stations, random));
          const delay = random.uniform() < 0.85 ? random.poisson(1.2) : Math.floor(random.gamma(1.2, 25));
          const registered = now + delay * day;
          if (missing.has(`${station} ${monthName}`)) {
            notReturned += 1;
            continue;
          }
          if (registered > extractDay) {
            notYetRegistered += 1;
            continue;
          }
          rows += 1;
          const id = `E${year}-${String(rows).padStart(7, "0")}`;
          const minutes = random.integer(1440);
          const clock = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
          const weapon = weaponOf(offence, random);
          const attempted = random.uniform() < 0.06 ? "1" : "0";
          const damage =
            group === "theft" || group === "burglary" || group === "vehicle" || group === "fraud" || group === "robbery"
              ? String(Math.round(random.gamma(0.9, 420) * 100) / 100).replace(".", ",")
              : "";
          const u = random.uniform();
          let occurred = `${localDate(date)} ${clock}`;
          let noted = localDate(new Date(registered));
          let tail = `;${weapon};${attempted};${damage}`;
          if (u < 0.00012) {
            occurred = `30.02.${year} ${clock}`;
            dirt.impossibleDates += 1;
          } else if (u < 0.00013) {
            occurred = `${two(date.getUTCDate())}.${two(month + 1)}.1013 ${clock}`;
            dirt.year1013 += 1;
          } else if (u < 0.00019) {
            tail = "";
            dirt.ragged += 1;
          } else {
            if (u < 0.00024 && delay === 0) {
              noted = localDate(new Date(now - (1 + random.integer(20)) * day));
              dirt.registeredBeforeOccurred += 1;
            }
            sound += 1;
            add(byYear, String(year));
            add(byCode, code);
            add(byRegionYear, `${region.code} ${year}`);
          }
          const line = `${id};${code};${region.code};${station};${occurred};${noted}${tail}`;
          lines.push(line);
          if (u > 0.9998) {
            lines.push(line);
            rows += 1;
            dirt.repeated += 1;
          }
          if (offence.victims) {
            const people = group === "homicide" && random.uniform() < 0.05 ? 2 : 1;
            for (let person = 0; person < people; person += 1) {
              const sex = random.uniform() < 0.01 ? "" : random.uniform() < offence.female ? "F" : "M";
              persons.push(`${id},${code},${region.code},${station},${isoDate(now)},${sex},${ageOf(offence, random)}`);
              victimRows += 1;
              add(bySex, sex === "" ? "_U" : sex);
              if (code === "101" || code === "102" || code === "103")
                add(homicideByYearSex, `${year} ${sex === "" ? "_U" : sex}`);
            }
          }
        }
      }
    }
    if (lines.length > 0) await incidents.write(`${lines.join("\r\n")}\r\n`);
    if (persons.length > 0) await victims.write(`${persons.join("\r\n")}\r\n`);
    if (index % 30 === 0) options.onProgress?.(index, days);
  }
  await incidents.finish();
  await victims.finish();
  return {
    incidents: { rows, sound, ...dirt, byYear, byCode, byRegionYear, notReturned, notYetRegistered },
    victims: { rows: victimRows, bySex, homicideByYearSex },
  };
}

function pick(shares: readonly number[], random: Random): number {
  let u = random.uniform();
  for (const [index, share] of shares.entries()) {
    u -= share;
    if (u < 0) return index;
  }
  return shares.length - 1;
}

/** Persons held on the last day of each quarter, small counts masked, some not delivered, three of them impossible. */
async function writePrisons(directory: string, random: Random): Promise<Truth["prisons"]> {
  const lines = ["region\tquarter_end\tsex\tstatus\tpersons"];
  let masked = 0;
  let negative = 0;
  for (let quarter = 0; quarter < 40; quarter += 1) {
    const year = 2015 + Math.floor(quarter / 4);
    const end = isoDate(Date.UTC(year, (quarter % 4) * 3 + 3, 0));
    for (const region of regions) {
      for (const sex of ["male", "female"]) {
        for (const status of ["sentenced", "unsentenced"]) {
          const rate =
            (sex === "male" ? 270 : 14) *
            (status === "sentenced" ? 0.68 : 0.32) *
            (1 + 0.004 * quarter) *
            (quarter === 21 || quarter === 22 ? 0.88 : 1);
          const persons = random.poisson((region.population * region.level * rate) / 200_000);
          let text = String(persons);
          if (persons < 5) {
            text = "<5";
            masked += 1;
          } else if (random.uniform() < 0.004) text = "..";
          else if (negative < 3 && random.uniform() < 0.003) {
            text = `-${persons}`;
            negative += 1;
          }
          lines.push(`${region.code}\t${end}\t${sex}\t${status}\t${text}`);
        }
      }
    }
  }
  await writeFile(join(directory, "prisons.tsv"), `${lines.join("\n")}\n`);
  return { rows: lines.length - 1, negative, masked };
}

/** Part of the population in each age group; males and females differ little and in the oldest group only. */
const ages = [
  ["0-17", 0.24, 0.512],
  ["18-29", 0.18, 0.508],
  ["30-44", 0.22, 0.503],
  ["45-64", 0.23, 0.494],
  ["65+", 0.13, 0.432],
] as const;

async function writePopulations(directory: string): Promise<void> {
  const lines = ["year;region;sex;age;persons"];
  for (let year = 2014; year <= 2025; year += 1) {
    for (const region of regions) {
      const persons = region.population * (1 + region.growth) ** (year - 2015);
      for (const [age, part, male] of ages) {
        for (const [sex, share] of [
          ["M", male],
          ["F", 1 - male],
        ] as const) {
          lines.push(`${year};${region.code};${sex};${age};${thousands(Math.round(persons * part * share))}`);
        }
      }
    }
  }
  await writeFile(join(directory, "populations.csv"), `${lines.join("\r\n")}\r\n`);
}

function thousands(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ".");
}

/** Called by itself: `node observatories/examplia/generate.ts [--scale 1] [--seed 20250101] [--out folder]`. */
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const option = (name: string, fallback: string): string => {
    const index = process.argv.indexOf(name);
    return index === -1 ? fallback : (process.argv[index + 1] ?? fallback);
  };
  const truth = await generateExamplia({
    directory: option("--out", join(import.meta.dirname, "raw")),
    seed: Number(option("--seed", "20250101")),
    scale: Number(option("--scale", "1")),
  });
  process.stdout.write(
    `${truth.incidents.rows} incidents, ${truth.victims.rows} victims, ${truth.prisons.rows} prison counts\n`,
  );
}
