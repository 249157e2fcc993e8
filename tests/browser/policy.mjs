// What Google's CSP Evaluator says of a policy.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { CspEvaluator } = require("csp_evaluator/dist/evaluator.js");
const { CspParser } = require("csp_evaluator/dist/parser.js");
const { Severity } = require("csp_evaluator/dist/finding.js");

/** Its findings, worst first, without those that only praise or inform. */
export function judge(policy) {
  if (!policy) return [{ severity: "HIGH", directive: "", text: "there is no policy" }];
  const findings = new CspEvaluator(new CspParser(policy).csp).evaluate();
  return findings
    .filter(({ severity }) => severity <= Severity.MEDIUM_MAYBE)
    .sort((one, other) => one.severity - other.severity)
    .map(({ severity, directive, value, description }) => ({ severity: Severity[severity], directive, value, text: description }));
}
