/** A region of Examplia and its reporting units. */
export interface Region {
  readonly code: string;
  readonly en: string;
  readonly zh: string;
  /** Population in the middle of 2015. */
  readonly population: number;
  /** Growth of the population in a year. */
  readonly growth: number;
  /** How its level of recorded crime compares with the country's. */
  readonly level: number;
  /** Shares of the population that its police stations serve; they add up to 1. */
  readonly stations: readonly number[];
}

export const regions: readonly Region[] = [
  {
    code: "R01",
    en: "Capital District",
    zh: "首都区",
    population: 2_450_000,
    growth: 0.013,
    level: 1.35,
    stations: [0.3, 0.25, 0.2, 0.15, 0.1],
  },
  {
    code: "R02",
    en: "Northern Coast",
    zh: "北部海岸",
    population: 980_000,
    growth: 0.004,
    level: 0.95,
    stations: [0.5, 0.3, 0.2],
  },
  {
    code: "R03",
    en: "Amber Valley",
    zh: "琥珀谷",
    population: 1_320_000,
    growth: 0.009,
    level: 1.05,
    stations: [0.4, 0.35, 0.25],
  },
  {
    code: "R04",
    en: "High Plains",
    zh: "高原",
    population: 610_000,
    growth: -0.002,
    level: 0.72,
    stations: [0.6, 0.4],
  },
  {
    code: "R05",
    en: "Lake Country",
    zh: "湖区",
    population: 740_000,
    growth: 0.003,
    level: 0.8,
    stations: [0.55, 0.45],
  },
  {
    code: "R06",
    en: "Iron Hills",
    zh: "铁山",
    population: 890_000,
    growth: -0.004,
    level: 1.1,
    stations: [0.45, 0.3, 0.25],
  },
  {
    code: "R07",
    en: "Southern Delta",
    zh: "南部三角洲",
    population: 1_540_000,
    growth: 0.011,
    level: 1.2,
    stations: [0.35, 0.25, 0.25, 0.15],
  },
  {
    code: "R08",
    en: "Western Border",
    zh: "西部边境",
    population: 430_000,
    growth: 0.001,
    level: 1.15,
    stations: [0.7, 0.3],
  },
  {
    code: "R09",
    en: "River Junction",
    zh: "河汇",
    population: 1_080_000,
    growth: 0.007,
    level: 0.98,
    stations: [0.5, 0.3, 0.2],
  },
  {
    code: "R10",
    en: "Pine Forest",
    zh: "松林",
    population: 360_000,
    growth: -0.006,
    level: 0.65,
    stations: [0.65, 0.35],
  },
  {
    code: "R11",
    en: "Eastern Islands",
    zh: "东部群岛",
    population: 270_000,
    growth: 0.002,
    level: 0.6,
    stations: [0.6, 0.4],
  },
  {
    code: "R12",
    en: "Salt Desert",
    zh: "盐漠",
    population: 330_000,
    growth: 0.005,
    level: 0.85,
    stations: [0.55, 0.45],
  },
];

/** Identifier of a police station: its region and number. */
export function stationCode(region: Region, index: number): string {
  return `${region.code}-${index + 1}`;
}
