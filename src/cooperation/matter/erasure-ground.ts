import { z } from "zod";

/**
 * Why contents are erased. `retention-over`: they were kept as long as they had to be. `ordered`: a court or a supervisory
 * authority ordered it. `unlawfully-kept`: they should not have been kept.
 */
export const erasureGrounds = ["retention-over", "ordered", "unlawfully-kept"] as const;
export type ErasureGround = (typeof erasureGrounds)[number];
export const erasureGroundSchema = z.enum(erasureGrounds);
