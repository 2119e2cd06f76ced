/** What a build tells while it runs. The shell shows it, with a rate and the time left. */
export type BuildEvent =
  | { readonly type: "computing"; readonly what: string }
  | { readonly type: "stream"; readonly stream: string; readonly phase: "retrieve" | "read" | "validate" | "count" }
  | {
      readonly type: "progress";
      readonly what: string;
      readonly unit: "bytes" | "rows";
      readonly done: number;
      /** Undefined when nobody knows how much there is. */
      readonly total: number | undefined;
    }
  | {
      readonly type: "step";
      readonly kind: string;
      readonly name: string;
      readonly reused: boolean;
      readonly milliseconds: number;
    }
  | { readonly type: "warning"; readonly message: string };

export type BuildListener = (event: BuildEvent) => void;
