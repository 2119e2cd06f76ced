import { access } from "./access.ts";
import { accountability } from "./accountability.ts";
import { ar } from "./ar.ts";
import { attested } from "./attested.ts";
import { document } from "./document.ts";
import { en } from "./en.ts";
import { erasure } from "./erasure.ts";
import { evidence } from "./evidence.ts";
import { following } from "./following.ts";
import { keptForm } from "./kept-form.ts";
import { looks } from "./looks.ts";
import { mending } from "./mending.ts";
import { notices } from "./notices.ts";
import { office } from "./office.ts";
import { organisation } from "./organisation.ts";
import { oversight } from "./oversight.ts";
import { queue } from "./queue.ts";
import { secondFactor } from "./second-factor.ts";
import type { Sentences } from "./sentences.ts";
import { zh } from "./zh.ts";

/** The key of a sentence of an authority's pages. */
export type AuthorityMessageKey =
  | keyof typeof en
  | keyof typeof access.en
  | keyof typeof accountability.en
  | keyof typeof attested.en
  | keyof typeof document.en
  | keyof typeof erasure.en
  | keyof typeof evidence.en
  | keyof typeof following.en
  | keyof typeof keptForm.en
  | keyof typeof looks.en
  | keyof typeof notices.en
  | keyof typeof office.en
  | keyof typeof mending.en
  | keyof typeof organisation.en
  | keyof typeof queue.en
  | keyof typeof secondFactor.en
  | keyof typeof oversight.en;

/** Every sentence of an authority's pages; a part of the pages with sentences of its own is spread in here. */
export const catalogues: Sentences<AuthorityMessageKey> = {
  en: {
    ...en,
    ...access.en,
    ...accountability.en,
    ...attested.en,
    ...document.en,
    ...evidence.en,
    ...office.en,
    ...following.en,
    ...keptForm.en,
    ...looks.en,
    ...notices.en,
    ...mending.en,
    ...organisation.en,
    ...oversight.en,
    ...queue.en,
    ...secondFactor.en,
    ...erasure.en,
  },
  zh: {
    ...zh,
    ...access.zh,
    ...accountability.zh,
    ...attested.zh,
    ...document.zh,
    ...evidence.zh,
    ...office.zh,
    ...following.zh,
    ...keptForm.zh,
    ...looks.zh,
    ...notices.zh,
    ...mending.zh,
    ...organisation.zh,
    ...oversight.zh,
    ...queue.zh,
    ...secondFactor.zh,
    ...erasure.zh,
  },
  ar: {
    ...ar,
    ...access.ar,
    ...accountability.ar,
    ...attested.ar,
    ...document.ar,
    ...evidence.ar,
    ...office.ar,
    ...following.ar,
    ...keptForm.ar,
    ...looks.ar,
    ...notices.ar,
    ...mending.ar,
    ...organisation.ar,
    ...oversight.ar,
    ...queue.ar,
    ...secondFactor.ar,
    ...erasure.ar,
  },
};
