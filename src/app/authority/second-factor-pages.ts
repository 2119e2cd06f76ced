import { secondFactorPage } from "../../publication/index.ts";
import { goTo, type SignedIn, show } from "./visit.ts";

/** The page that leads to the second factor which the role demands. */
export function secondFactorRoutes(signedIn: SignedIn): void {
  signedIn("get", "/second-factor", async (visit) => {
    const { missing, mayChangeKeys } = visit.secondFactor;
    if (missing === undefined && mayChangeKeys) return goTo(visit, []);
    return await show(visit, {
      title: visit.words.text("second.title"),
      path: ["second-factor"],
      content: secondFactorPage(missing ?? "keys", visit.words),
    });
  });
}
