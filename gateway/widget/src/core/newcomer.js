// Somebody the server does not know yet may be asked for a calculation before the first message: done here, unseen, meanwhile
// the message stays where it is.
import { loadPart } from "./parts.js";

const QUIET_MS = 300; // nothing is said of a shorter one
const TRIES = 3; // in a row: a server that wants more is not satisfied by any

/** A newcomer; `again()` says anew what was refused, `changed()` asks for a drawing. */
export function createNewcomer(base, again, changed) {
  let proof; // what was found, as long as nothing was taken with it
  let busySince = 0;
  let tries = 0;

  async function work({ challenge, bits }) {
    busySince = Date.now();
    proof = undefined;
    setTimeout(changed, QUIET_MS + 20);
    try {
      const part = await loadPart(base, "prove");
      proof = await part.prove(challenge, bits);
    } catch {
      // The part could not be loaded: the message is shown as not sent, and trying it again asks again.
    }
    busySince = 0;
    if (proof) again();
    changed();
  }

  return {
    proof: () => proof,
    /** Whether a refusal is one that is answered here. */
    asked(frame) {
      if (frame.code !== "challenge") return false;
      if (busySince) return true;
      tries = (tries + 1) % (TRIES + 1);
      if (tries) work(frame);
      return tries > 0;
    },
    taken() {
      proof = undefined;
      tries = 0;
    },
    /** Whether it takes so long that it should be said. */
    isSlow: () => busySince > 0 && Date.now() - busySince > QUIET_MS,
  };
}
