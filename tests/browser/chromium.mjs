// Chromium as the tests use it: headless, an empty profile, nothing that reaches outside.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** The plan the caller wrote to standard input. */
export async function readPlan() {
  let text = "";
  for await (const piece of process.stdin) text += piece;
  return JSON.parse(text);
}

/** A line of progress for the caller. */
export function tell(line) {
  console.log(typeof line === "string" ? line : JSON.stringify(line));
}

export async function launch() {
  const path = process.env.WARBLER_TEST_CHROMIUM || "/usr/bin/chromium";
  if (!existsSync(path)) throw new Error(`${path} is not there: run ./tests/run, which installs Chromium`);
  return chromium.launch({ executablePath: path, headless: true, args: FLAGS });
}

/** A context that knows the cookies of a signed-in person. */
export async function context(browser, base, { cookies = {}, locale = "en-US", ...options } = {}) {
  const made = await browser.newContext({ locale, viewport: { width: 1280, height: 800 }, ...options });
  made.setDefaultTimeout(15000);
  const url = new URL(base).origin;
  await made.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url, httpOnly: true, sameSite: "Lax" })));
  return made;
}

/** Somebody of the staff, signed in by cookies, whose pages have this look: the language is their account's, not the browser's. */
export async function dressed(browser, base, cookies, look, options) {
  const staff = await context(browser, base, { ...options, cookies: { ...cookies, "warbler-theme": look.theme } });
  const page = await staff.newPage();
  await page.goto(`${base}/console/account`);
  await page.locator("#f-locale").selectOption(look.locale.slice(0, 2));
  await Promise.all([page.waitForNavigation(), page.locator("form:has(#f-locale) button").click()]);
  await page.close();
  return staff;
}

/** Remembers what a page should never have: errors in the console, requests to other hosts. */
export function watch(page, base) {
  const faults = [];
  const host = new URL(base).host;
  page.on("console", (message) => message.type() === "error" && faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.host !== host) faults.push(`request to ${url.host}`);
  });
  return faults;
}

/** Waits until nothing moves any more. The document's animations do not include those of its shadow roots. */
export function stand(page) {
  return page.evaluate(async () => {
    const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((one) => (one.shadowRoot ? roots(one.shadowRoot) : []))];
    const moving = roots(document).flatMap((root) => root.getAnimations());
    const ending = moving.filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime));
    await Promise.all(ending.map((one) => one.finished.catch(() => {})));
  });
}

/** Runs a test's story with a browser and prints its result as the last line. */
export async function run(story) {
  const plan = await readPlan();
  const browser = await launch();
  let result;
  try {
    result = await story(browser, plan);
  } catch (error) {
    console.error(error);
    console.log(JSON.stringify(String(error?.message || error).split("\n")[0]));
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
  if (result !== undefined) console.log(JSON.stringify(result));
}
