// What the assembler puts in place of this file (see gateway/widget/README.md); the values here serve tests only.

/** Locales that have a file in `locales/`. */
export const LOCALES = ["en", "zh"];

/** The style sheet of the part. */
export const CSS = "";

/** Changes with every change of the sources, so that parts and core always fit. */
export const VERSION = "0";

/** What the core lends to the other parts, by name. */
export const SHARED = () => ({});
