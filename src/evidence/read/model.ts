import type { Manifest } from "../build/index.ts";
import type { Definitions, Indicator } from "../definitions/index.ts";
import type { SnapshotStore } from "../snapshots/index.ts";
import type { Engine } from "../store/index.ts";
import type { Observation, ObservationFilter } from "./observation.ts";

/** A row of the quarantine: why a row was put apart or flagged, and what was delivered. */
export interface QuarantinedRow {
  readonly part: number;
  /** Number of the row within its part, from 1; null for what could not be read as a row. */
  readonly row: number | null;
  /** Physical line of the file on which it begins, from 1; null where the format has no lines. */
  readonly line: number | null;
  readonly rule: string;
  readonly action: "quarantine" | "flag";
  readonly column: string | null;
  readonly found: string | null;
  readonly expected: string | null;
  /** The row as delivered, as JSON, without the stream's confidential columns. */
  readonly delivered: string | null;
}

/** How much of a fact set's records reached each depth of the ICCS in one year. Shares are from 0 to 1. */
export interface MappingCoverage {
  readonly period: string;
  readonly records: number;
  /** Share of records whose code is at this level or deeper. */
  readonly reached: readonly [number, number, number, number];
  readonly split: number;
  readonly notACrime: number;
  readonly unmapped: number;
  /** The same of national codes: how many there are, and the share of them. */
  readonly codes: number;
  readonly codesReached: readonly [number, number, number, number];
  readonly codesUnmapped: number;
}

/** A national code that no rule of the crosswalk maps. */
export interface UnmappedCode {
  readonly code: string;
  readonly records: number;
  readonly share: number;
}

/** The classification coverage of one fact set. */
export interface CrosswalkReport {
  readonly stream: string;
  readonly facts: string;
  readonly crosswalk: string | undefined;
  readonly coverage: readonly MappingCoverage[];
  readonly unmapped: readonly UnmappedCode[];
}

/** Share of the population of an area whose units reported. */
export interface ReportedShare {
  readonly area: string;
  readonly period: string;
  readonly share: number;
}

/** How much one reporting unit has delivered. */
export interface UnitReport {
  readonly unit: string;
  readonly area: string;
  readonly share: number;
  readonly periods: number;
  readonly reported: number;
  /** First days of the periods without a whole report, oldest first. */
  readonly missing: readonly string[];
}

/** A ledger of reporting, by year and by unit. */
export interface CoverageReport {
  readonly coverage: string;
  readonly shares: readonly ReportedShare[];
  readonly units: readonly UnitReport[];
}

/** The line back of one figure: what it is, the facts in it, the rules, the rows, the bytes. */
export interface LineBack {
  readonly indicator: Indicator;
  readonly observation: Observation;
  readonly sets: readonly LineBackSet[];
}

export interface LineBackSet {
  readonly role: "numerator" | "denominator" | "population";
  readonly stream: string;
  readonly facts: string;
  /** Facts in the figure, largest first. */
  readonly rows: readonly {
    readonly area: string;
    readonly period: string;
    readonly iccs: string | null;
    readonly sex: string;
    readonly age: string;
    /** Further dimensions with their values, such as `attempted=false`; empty where the set has none. */
    readonly further: string;
    readonly value: number | null;
    readonly status: string;
    readonly records: number;
  }[];
  readonly allRows: number;
  readonly crosswalk: { readonly id: string; readonly version: string } | undefined;
  /** How national codes came under the ICCS codes of the figure, most frequent first. */
  readonly rules: readonly LineBackRule[];
  readonly delivery: {
    readonly hash: string;
    readonly retrievedAt: string;
    readonly location: string;
    readonly parts: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[];
  };
}

export interface LineBackRule {
  readonly nationalCode: string;
  readonly iccs: string | null;
  readonly records: number;
  readonly weight: number;
  /** Where one such record stands in the source. */
  readonly part: string;
  readonly row: number;
  /** Physical line of the file on which the row begins, from 1; null where the format has no lines. */
  readonly line: number | null;
  readonly rule: string | null;
  readonly authority: string | null;
  readonly note: string | null;
}

/** Everything that reading a build needs. */
export interface ReaderInput {
  readonly manifest: Manifest;
  /** The definitions that the build was made with. */
  readonly definitions: Definitions;
  readonly engine: Engine;
  /** Folder of the step results. */
  readonly steps: string;
  readonly snapshots: SnapshotStore;
}

/** Everything that pages, files and commands read of one build. */
export interface ObservatoryReader {
  readonly manifest: Manifest;
  readonly definitions: Definitions;
  observations(indicator: string, filter: ObservationFilter): Promise<readonly Observation[]>;
  /** The observation with the latest period of the total of an area. */
  latest(indicator: string): Promise<Observation | undefined>;
  /** The total of every area of the smallest published level, in the latest period that is whole somewhere. */
  places(indicator: string): Promise<readonly Observation[]>;
  /** Areas and groupings that an indicator has figures for. */
  choices(indicator: string): Promise<{ readonly areas: readonly string[]; readonly groupings: readonly string[] }>;
  /** The observations as CSV, in chunks, safe to open in a spreadsheet. */
  csv(indicator: string): AsyncIterable<string>;
  /** Path of the Parquet file with all observations of an indicator. */
  parquetFile(indicator: string): string | undefined;
  crosswalkReports(): Promise<readonly CrosswalkReport[]>;
  coverageReports(): Promise<readonly CoverageReport[]>;
  quarantine(stream: string, limit: number, offset: number): Promise<readonly QuarantinedRow[]>;
  lineBack(indicator: string, filter: ObservationFilter): Promise<LineBack | undefined>;
}
